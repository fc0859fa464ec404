# SPDX-License-Identifier: MIT
# Prints FILE:LINE:CODE of C files, where CODE is the line without comments and without what stands in quotes. One pass, one state:
# inside = "" (code) or "*" (a block comment). A string that goes on after a backslash at the line's end does not occur in this tree.
FNR == 1 { inside = "" }
{
    rest = $0
    code = ""
    while (rest != "") {
        if (inside == "*") {
            at = index(rest, "*/")
            if (at == 0) {
                rest = ""
            } else {
                rest = substr(rest, at + 2)
                inside = ""
                code = code " "
            }
            continue
        }
        if (!match(rest, /\/\*|\/\/|"|'/)) {
            code = code rest
            break
        }
        code = code substr(rest, 1, RSTART - 1)
        mark = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
        if (mark == "/*") {
            inside = "*"
        } else if (mark == "//") {
            rest = ""
        } else {
            # to the closing quote: \x pairs are stepped over together
            while (rest != "" && substr(rest, 1, 1) != mark) {
                rest = substr(rest, substr(rest, 1, 1) == "\\" ? 3 : 2)
            }
            rest = substr(rest, 2)
            code = code mark mark
        }
    }
    if (code ~ /[^ \t]/) {
        print FILENAME ":" FNR ":" code
    }
}
