# SPDX-License-Identifier: MIT
from behave import given, then


@given("a boat")
def a_boat(context):
    pass


@then('it fails with "{text}"')
def fails(context, text):
    assert False, text


@given('it breaks with "{text}"')
def breaks(context, text):
    raise RuntimeError(text)


@given("{n:d} seats")
def seats(context, n):
    assert n > 0, f"no seats: {n}"


@given("control bytes")
def control_bytes(context):
    print("out: esc \x1b[31mred\x1b[0m bell \a")
    raise ValueError("esc \x1b[31mred\x1b[0m one \x01 nul \0 end")
