# SPDX-License-Identifier: MIT
Feature: Überfahrt <&>

  Scenario: passes [BEH_001]
    Given a boat

  @weather.storm
  Scenario: fails [BEH_002]
    Given a boat
    Then it fails with "fare <&'> ]]> grüß 渡し船"

  Scenario: breaks [BEH_003]
    Given it breaks with "no such quay"

  Scenario: undefined step [BEH_004]
    Given nobody wrote this

  @skip
  Scenario: skipped [BEH_005]
    Given a boat

  Scenario Outline: boards <seats> at <quay> [BEH_006]
    Given <seats> seats

    Examples: quays
      | seats | quay |
      | 1     | süd  |
      | 0     | 🚀   |

  Scenario: astral 🚀 渡し船 [BEH_007]
    Given it breaks with "rocket 🚀 landed"

  Scenario: control bytes [BEH_008]
    Given control bytes
