# SPDX-License-Identifier: MIT
#
# awk -f calls.awk FILE...: the programs that shell scripts and make's recipes call: "PROGRAM FILE" for each, and
# "/usr/share/... FILE" for files of packages. Functions of the script, and of a lib.sh, setup.sh, display.sh, disk.sh or
# cd.sh among the files, are none; what is called through a variable or by a path is ours. Two passes: the first finds
# the functions, and which of them run their arguments.
BEGIN {
    builtins = " . : [ alias bg break cd command continue echo eval exec exit export false fg getopts hash jobs kill local " \
               "printf pwd read readonly return set shift test times trap true type ulimit umask unalias unset wait "
    keywords = " if then else elif do while until ! { time "
    ends = " fi done } esac "
    wrappers = " exec command nice nohup timeout env xargs sudo unshare setpriv "
    for (pass = 1; pass <= 2; pass++)
        for (i = 1; i < ARGC; i++) one_file(ARGV[i])
    exit
}

function one_file(path,   line, make, rest, setting) {
    file = path
    library = path ~ /(^|\/)(lib|setup|display|disk|cd)\.sh$/
    make = path ~ /(\.mk|\.am)$/
    T = ""
    while ((getline line <path) > 0) {
        if (make) {
            rest = setting || line !~ /^\t/
            setting = rest && line ~ /\\$/
            if (rest) continue
            line = recipe(line)
        }
        T = T line "\n"
    }
    close(path)
    text(T)
}
# A recipe's line as the shell gets it, with X for what make knows.
function recipe(line) {
    sub(/^\t[-@+]*/, "", line)
    gsub(/\$\(AM_V_[A-Za-z]*\)/, "", line)
    sub(/^[-@+]+/, "", line)
    gsub(/\$\$/, "\001", line)
    gsub(/\$\([^()]*\)|\$[@<^*?]/, "$X", line)
    gsub(/\001/, "$", line)
    return line
}
# Scans a text, and comes back to the one that is being scanned.
function text(t,   T0, P0, N0, H0) {
    T0 = T; P0 = P; N0 = N; H0 = heredocs
    T = t; P = 1; N = length(t); heredocs = 0
    commands("")
    T = T0; P = P0; N = N0; heredocs = H0
}
function at(n) { return substr(T, P, n) }
function among(w, list) { return index(list, " " w " ") > 0 }
function blanks() {
    while (P <= N && (at(1) == " " || at(1) == "\t" || at(2) == "\\\n")) P += at(1) == "\\" ? 2 : 1
}

# Commands up to `stop`: "" (the end), ")" or ";;", where "esac" ends them as well and says so.
function commands(stop,   c, w, start, p) {
    start = 1
    while (P <= N) {
        c = at(1)
        if (c == "\n") { P++; start = 1; documents() }
        else if (c == " " || c == "\t" || at(2) == "\\\n") blanks()
        else if (c == "#") while (P <= N && at(1) != "\n") P++
        else if (stop == ")" && c == ")") { P++; return "" }
        else if (at(2) == ";;") { P += 2; if (stop == ";;") return ""; start = 1 }
        else if (c == ";" || c == "&" || c == "|") { P++; start = 1 }
        else if (c == "(") { P++; commands(")"); start = 0 }
        else if (c == ")") { P++; start = 1 }
        else if (c == "<" || c == ">") redirection()
        else {
            p = P
            w = word()
            if (P == p) { P++; continue }
            if (w ~ /^[0-9]+$/ && at(1) ~ /[<>]/) continue
            if (!start) { start = w == "-exec"; continue }
            if (plain && at(2) == "()") { P += 2; last = w; define(w); continue }
            if (plain && w == "esac") { if (stop == ";;") return "esac"; start = 0 }
            else if (plain && w == "case") { cases(); start = 0 }
            else if (plain && w == "for") { loop(); start = 1 }
            else if (plain && among(w, keywords) || w ~ /^[A-Za-z_][A-Za-z0-9_]*=/) start = 1
            else if (plain && among(w, ends)) start = 0
            else start = call(w)
        }
    }
    return ""
}
function define(w) {
    functions[library ? "" : file, w] = anybody[w] = 1
    if (pass == 1) shifts[file, w] = 0
}
# A library may call what those define who source it.
function is_function(w) { return ((file, w) in functions) || (("", w) in functions) || library && (w in anybody) }

# A command's first word; the answer is whether the next word is one, too.
function call(w,   n, known) {
    if (raw == "\"$@\"") { if (pass == 1 && last != "") { passes[library ? "" : file, last] = shifts[file, last] + 1 }; return 0 }
    if (!plain) return 0
    if (w ~ /^\/(usr\/)?s?bin\//) sub(/.*\//, "", w)
    if (is_function(w)) {
        n = ((file, w) in passes) ? passes[file, w] : passes["", w]
        for (; n > 1; n--) { blanks(); word() }
        return n == 1
    }
    if (w == "trap" || w == "eval") { blanks(); text(word()); return 0 }
    if (w == "shift") { blanks(); n = word(); if (last != "") shifts[file, last] += n ~ /^[0-9]+$/ ? n : 1; return 0 }
    program(w)
    if (w == "sh") return script()
    return among(w, wrappers) ? wrapped(w) : 0
}
function program(w) {
    if (pass == 2 && w ~ /^[A-Za-z_][A-Za-z0-9_.+-]*$/ && !among(w, builtins)) print w, file
}
# sh -c TEXT
function script(   w) {
    blanks()
    w = word()
    if (w ~ /^-[a-z]*c$/) { blanks(); text(word()) }
    return 0
}
# What a program is given to run: after options, numbers and settings.
function wrapped(w,   v, operands) {
    operands = w == "timeout"
    for (;;) {
        blanks()
        if (P > N || at(1) ~ /[\n;&|<>()]/) return 0
        v = word()
        if (v == "-v" && w == "command") { blanks(); v = word(); if (plain) program(v); return 0 }
        if (v ~ /^-[sk]$/ && w == "timeout") { blanks(); word(); continue }
        if (v ~ /^-/ || v ~ /^[A-Za-z_][A-Za-z0-9_]*=/ || v ~ /^[0-9]+$/ && w != "timeout") continue
        if (operands) { operands = 0; continue }
        if (w == "command" && plain) { program(v); return 0 }
        return call(v)
    }
}
# for NAME in WORD...: the words are programs where the loop asks for them.
function loop(   name, w) {
    blanks()
    name = word()
    while (P <= N && at(1) !~ /[\n;]/) {
        blanks()
        w = word()
        if (plain && w != "in" && index(substr(T, P, 300), "command -v $" name) + index(substr(T, P, 300), "command -v \"$" name))
            program(w)
        if (at(1) ~ /[&|<>()]/) P++
    }
}
function cases(   w) {
    blanks(); word(); blanks(); word() # WORD in
    for (;;) {
        while (P <= N && at(1) ~ /[ \t\n(]/) P++
        if (at(1) == "#") { while (P <= N && at(1) != "\n") P++; continue }
        if (P > N) return
        w = word()
        if (plain && w == "esac") return
        while (P <= N && at(1) != ")") { P++; if (at(1) !~ /[ \t\n|)]/) word() }
        P++
        if (commands(";;") == "esac") return
    }
}
function redirection(   op, w) {
    while (at(1) ~ /[<>&|-]/) { op = op at(1); P++ }
    blanks()
    w = word()
    if (op ~ /^<</) { tag[++heredocs] = w; quoted[heredocs] = raw ~ /['"\\]/ }
}
# Here-documents begin on the next line; commands in them run unless the tag is quoted.
function documents(   i, n, e) {
    n = heredocs
    heredocs = 0
    for (i = 1; i <= n; i++)
        for (;;) {
            if (P > N) return
            e = index(substr(T, P), "\n")
            if (substr(T, P, e - 1) == tag[i]) { P += e; break }
            if (quoted[i]) { P += e; continue }
            while (P <= N && at(1) != "\n") {
                if (at(1) == "\\") P += 2
                else if (at(1) == "$") dollar()
                else P++
            }
            P++
        }
}

# The next word: its text without quotes; plain says that nothing in it is quoted or expanded, raw is as it stands.
function word(   s, c, p, is_plain) {
    p = P
    is_plain = 1
    while (P <= N) {
        c = at(1)
        if (c ~ /[ \t\n;&|<>()]/) break
        if (c == "\\") { if (at(2) != "\\\n") s = s substr(T, P + 1, 1); P += 2; is_plain = 0 }
        else if (c == "'") { P++; while (P <= N && at(1) != "'") { s = s at(1); P++ }; P++; is_plain = 0 }
        else if (c == "\"") { P++; s = s double(); is_plain = 0 }
        else if (c == "$") { s = s dollar(); is_plain = 0 }
        else { s = s c; P++ }
    }
    plain = is_plain && P > p
    raw = substr(T, p, P - p)
    c = s
    sub(/^[A-Za-z_][A-Za-z0-9_]*=/, "", c)
    # NOTE: where other systems than Debian have a file that is named as well.
    if (pass == 2 && c ~ /^\/usr\/(share|lib)\/[A-Za-z0-9]/ && c != "/usr/share/syslinux/mbr.bin") print c, file
    return s
}
function double(   s) {
    while (P <= N && at(1) != "\"") {
        if (at(1) == "\\") { s = s substr(T, P + 1, 1); P += 2 }
        else if (at(1) == "$") s = s dollar()
        else { s = s at(1); P++ }
    }
    P++
    return s
}
# An expansion; its commands are scanned, and its text is not known.
function dollar(   p) {
    p = P
    if (at(3) == "$((") { P += 3; nested("(", ")", 2) }
    else if (at(2) == "$(") { P += 2; commands(")") }
    else if (at(2) == "${") { P += 2; nested("{", "}", 1) }
    else P++
    return P > p + 1 ? "" : "$"
}
function nested(open, close_, depth) {
    while (P <= N && depth > 0) {
        if (at(1) == "$") { dollar(); continue }
        if (at(1) == "\\") P++
        else if (at(1) == open) depth++
        else if (at(1) == close_) depth--
        P++
    }
}
