# SPDX-License-Identifier: MIT
#
# awk -v seed=S -v count=N -f mutate.awk FILE...      N single mutations, drawn from all lines of the C files
# awk -v all=1 -f mutate.awk FILE...                  every mutation of every line
#
# A row: number, file, line, kind, the line's text before and after, between tabs. Comments, strings, includes and
# messages are left alone. The draw depends on the seed and the files' text alone; count 0 is none.

function min(a, b) { return a < b ? a : b }

# 1 .. n, by Park and Miller's generator: awk's own differs from awk to awk.
function draw(n) {
    state = (state * 16807) % 2147483647
    return int(state / 2147483647 * n) + 1
}

# The line with the text of comments and strings made blank, every character in its place.
function code_of(s,   out, i, c, two, quote) {
    out = ""
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        two = substr(s, i, 2)
        if (in_comment) {
            if (two == "*/") { in_comment = 0; out = out "  "; i++ } else out = out " "
        } else if (quote != "") {
            if (c == "\\") { out = out "__"; i++ } else if (c == quote) { quote = ""; out = out c } else out = out "_"
        } else if (two == "/*") {
            in_comment = 1; out = out "  "; i++
        } else if (two == "//") {
            while (length(out) < length(s)) out = out " "
            return out
        } else {
            if (c == "\"" || c == "'") quote = c
            out = out c
        }
    }
    return out
}

# From a call that makes a message to the statement's end nothing is changed.
function without_messages(c,   at) {
    if (in_message) {
        at = index(c, ";")
        if (!at) return blank(length(c))
        in_message = 0
        return blank(at) substr(c, at + 1)
    }
    if (match(c, MESSAGE)) {
        if (substr(c, RSTART) !~ /;/) in_message = 1
        return substr(c, 1, RSTART - 1) blank(length(c) - RSTART + 1)
    }
    return c
}
function blank(n,   s) { s = ""; while (n-- > 0) s = s " "; return s }

function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }

# One mutation: the line's characters from at, length n, become text.
function may(kind, at, n, text,   new) {
    new = substr(raw, 1, at - 1) text substr(raw, at + n)
    if (new == raw) return
    kinds[++found] = kind
    news[found] = new
}

# The place of the parenthesis that closes the one at i; 0: on another line.
function closing(c, i,   depth, x) {
    for (; i <= length(c); i++) {
        x = substr(c, i, 1)
        if (x == "(" || x == "[" || x == "{") depth++
        else if ((x == ")" || x == "]" || x == "}") && --depth == 0) return i
    }
    return 0
}
function balanced(c,   i, depth, x) {
    for (i = 1; i <= length(c); i++) {
        x = substr(c, i, 1)
        if (x == "(" || x == "[" || x == "{") depth++
        else if ((x == ")" || x == "]" || x == "}") && --depth < 0) return 0
    }
    return depth == 0
}

function comparisons(c,   i, op, before, after) {
    for (i = 1; i <= length(c); i++) {
        op = substr(c, i, 2)
        before = substr(c, i - 1, 1)
        if (op == "<<" || op == ">>" || op == "->") { i += op == "->" ? 1 : (substr(c, i + 2, 1) == "="? 2 : 1); continue }
        if (op in turned) {
            may("comparison turned", i, 2, turned[op])
            if (op in moved) may("comparison moved", i, 2, moved[op])
            i++
        } else if ((op = substr(op, 1, 1)) in turned && before == " " && substr(c, i + 1, 1) == " ") {
            may("comparison turned", i, 1, turned[op])
            may("comparison moved", i, 1, moved[op])
        }
    }
}

function hex_value(d,   i, v) { for (i = 1; i <= length(d); i++) v = v * 16 + index(HEX, substr(d, i, 1)) - 1; return v }
function hex_text(v,   s) { s = ""; do { s = substr(HEX, v % 16 + 1, 1) s; v = int(v / 16) } while (v); return s }

function constants(c,   at, rest, word, suffix, digits, i, d, bit, width) {
    at = 1
    while (match(substr(c, at), /[A-Za-z_0-9][A-Za-z_0-9.]*/)) {
        i = at + RSTART - 1
        word = substr(c, i, RLENGTH)
        at = i + RLENGTH
        if (word !~ /^(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*$/) continue
        suffix = ""
        if (match(word, /[uUlL]+$/)) { suffix = substr(word, RSTART); word = substr(word, 1, RSTART - 1) }
        width = length(word)
        if (word ~ /^0[xX]/) {
            digits = tolower(substr(word, 3))
            for (d = 1; d <= length(digits); d++)
                for (bit = 8; bit >= 1; bit /= 2)
                    may("bit flipped", i, width, substr(word, 1, 2) substr(digits, 1, d - 1) \
                        flipped(substr(digits, d, 1), bit) substr(digits, d + 1))
            if (length(digits) <= 12) {
                may("constant plus one", i, width, "0x" hex_text(hex_value(digits) + 1))
                if (hex_value(digits) > 0) may("constant minus one", i, width, "0x" hex_text(hex_value(digits) - 1))
            }
        } else if (length(word) <= 12) {
            may("constant plus one", i, width, sprintf("%.0f", word + 1))
            if (word > 0) may("constant minus one", i, width, sprintf("%.0f", word - 1))
        }
    }
}
function flipped(digit, bit,   v) {
    v = index(HEX, digit) - 1
    return substr(HEX, (int(v / bit) % 2 ? v - bit : v + bit) + 1, 1)
}

# if (a && b): never, always, or without one of its operands. What it calls is still called.
function conditions(c, following,   open, close_at, text, fails) {
    if (!match(c, /(^|[ \t}])(if|while) \(/)) return
    open = RSTART + RLENGTH - 1
    close_at = closing(c, open)
    if (!close_at) return
    text = substr(raw, open + 1, close_at - open - 1)
    # An error path: what follows the condition hands a failure up.
    fails = trim(substr(c, close_at + 1)) " " following
    fails = fails ~ /^[ {]*(goto |return$|return (-|false|NULL|bad|-?E[A-Z]|error)|bad[ (]|fail)/
    may(fails ? "error path skipped" : "condition never true", open, close_at - open + 1, "((" text ") && 0)")
    if (substr(c, 1, open) !~ /while \($/) may("condition always true", open, close_at - open + 1, "((" text ") || 1)")
    operands(c, open + 1, close_at - 1)
}
function returned(c) {
    if (match(c, /^[ \t]*return [^;]*(&&|\|\|)[^;]*;/)) operands(c, index(c, "return ") + 7, index(c, ";") - 1)
}
function operands(c, from, to,   i, depth, x, two, n, cut, kind) {
    cut[n = 0] = from - 2
    for (i = from; i <= to; i++) {
        x = substr(c, i, 1)
        two = substr(c, i, 2)
        if (x == "(" || x == "[" || x == "{") depth++
        else if (x == ")" || x == "]" || x == "}") { if (--depth < 0) return }
        else if (!depth && (x == "?" || x == ":")) return
        else if (!depth && (two == "&&" || two == "||")) {
            if (kind != "" && kind != two) return
            kind = two
            cut[++n] = i
            i++
        }
    }
    if (!n) return
    cut[n + 1] = to + 1
    for (i = 0; i <= n; i++) {
        x = substr(c, cut[i] + 2, cut[i + 1] - cut[i] - 2)
        match(x, /^ */)
        may("operand dropped", cut[i] + 2 + RLENGTH, length(x) - RLENGTH - (x ~ / $/), kind == "&&" ? "1" : "0")
    }
}

# A line that is one whole statement, after one that ended.
function statements(c, before,   t) {
    t = trim(c)
    if (before !~ /([;{})]|else|[^?]:)$/ || !balanced(t)) return
    if (t ~ /^(break|continue|return);$/) { drop(c); return }
    if (t !~ /^[*(a-z][^{}]*;$/ || t ~ KEYWORD || t ~ DECLARATION || t ~ NOTHING || t !~ /\(|=|\+\+|--/) return
    drop(c)
}
function drop(c) {
    match(c, /^[ \t]*/)
    may("statement dropped", RLENGTH + 1, length(c) - RLENGTH, ";")
}
# A whole row of a table.
function rows(c, before,   t) {
    t = trim(c)
    if (t ~ /^([{].*[}]|[A-Z][A-Z_0-9]+\(.*\)),$/ && before ~ /[{,]$/ && balanced(t)) {
        match(c, /^[ \t]*/)
        may("row dropped", RLENGTH + 1, length(c) - RLENGTH, "")
    }
}

function mutate(i,   c) {
    found = 0
    raw = lines[i]
    c = codes[i]
    if (c ~ /^[ \t]*#/) {
        if (c ~ /^#define [A-Za-z_0-9]+ / && c !~ /\\$/) {
            match(c, /^#define [A-Za-z_0-9]+ /)
            constants(blank(RLENGTH) substr(c, RLENGTH + 1))
        }
        return found
    }
    if (c ~ /^[ \t]*$/ || c ~ ARRAY || c ~ PROTOTYPE || c ~ /_Static_assert/) return 0
    comparisons(c)
    constants(c)
    conditions(c, trim(codes[i + 1]))
    returned(c)
    statements(c, befores[i])
    rows(c, befores[i])
    return found
}

function row(i, k,   old, new) {
    old = trim(raw); gsub(/\t/, " ", old)
    new = trim(news[k]); gsub(/\t/, " ", new)
    if (new == "") new = " "
    printf "%d\t%s\t%d\t%s\t%s\t%s\n", ++number, files[i], numbers[i], kinds[k], old, new
}

BEGIN {
    HEX = "0123456789abcdef"
    turned["<"] = ">="; turned["<="] = ">"; turned[">"] = "<="; turned[">="] = "<"; turned["=="] = "!="; turned["!="] = "=="
    moved["<"] = "<="; moved["<="] = "<"; moved[">"] = ">="; moved[">="] = ">"
    MESSAGE = "(^|[^A-Za-z_0-9])(error_set|error_add|guest_error|bug|tell|note|perror|[a-z_]*(printf|puts|log|trace|warn|say|hint|help|usage)[a-z_]*)\\("
    KEYWORD = "^(return|if|for|while|else|do|case|default|goto|typedef|struct|enum|static|const|extern|union)([^A-Za-z_0-9]|$)"
    DECLARATION = "^(unsigned |volatile )?[a-z][a-z_0-9]* \\**[a-z][A-Za-z_0-9]*( =|\\[|;|,|\\()"
    # A pointer to a function; what is only a cast; memory given back, which a leak checker sees and no test.
    NOTHING = "\\(\\*[a-z_0-9]+\\)\\(|^\\(void\\)[a-z_]+;|^(free|buf_free|close|fclose)\\("
    PROTOTYPE = "^[a-z].*\\);$"
    ARRAY = "^[ \t]*(static |const )*(unsigned |struct )*[a-z][a-z_0-9]* \\**[a-z][a-z_0-9]*(\\[[^]]*\\])+;|^[ \t]*char [a-z_0-9]*\\["
}
FNR == 1 { in_comment = in_message = 0; before = ";" }
{
    n++
    lines[n] = $0
    files[n] = FILENAME
    numbers[n] = FNR
    befores[n] = before
    code = without_messages(code_of($0))
    sub(/[ \t]+$/, "", code)
    codes[n] = code
    if (code !~ /^[ \t]*(#.*)?$/) before = code
}
END {
    if (all) {
        for (i = 1; i <= n; i++)
            for (k = mutate(i); k >= 1; k--) row(i, k)
        exit
    }
    state = (seed * 48271 + 11) % 2147483646 + 1
    for (i = 0; i < 20; i++) draw(2)
    for (i = 1; i <= n; i++)
        if (mutate(i)) able[++m] = i
    # A line, then a kind that it has, then one of that kind.
    for (count = min(count, m); count > 0; count--) {
        at = draw(m)
        i = able[at]
        able[at] = able[m--]
        mutate(i)
        nk = 0
        for (k = 1; k <= found; k++) if (k == 1 || kinds[k] != kinds[k - 1]) {
            for (j = 1; j <= nk && kind_list[j] != kinds[k]; j++) {}
            if (j > nk) kind_list[++nk] = kinds[k]
        }
        kind = kind_list[draw(nk)]
        nk = 0
        for (k = 1; k <= found; k++) if (kinds[k] == kind) choice[++nk] = k
        row(i, choice[draw(nk)])
    }
}
