#!/bin/sh
# SPDX-License-Identifier: MIT
# QMP over standard input and output: greeting, negotiation, commands, errors, ids, malformed input, events.
. "${srcdir:-.}/tests/cli/lib.sh"

if "$vitrine" -version | grep -q "QMP: no"; then
    echo "skipped: QMP, since this build has no libjansson"
    exit 77
fi

# talk: sends standard input, quits, and leaves the answers in $work/out.
talk() {
    cat - >"$work/in"
    printf '{"execute":"quit","id":"the end"}\n' >>"$work/in"
    timeout 30 "$vitrine" -display none -name "a name" -qmp stdio "$@" <"$work/in" >"$work/out" 2>"$work/err"
    status=$?
    [ $status -eq 0 ] || bad "status $status: $(cat "$work/err")"
}
has() { if grep -qF -e "$1" "$work/out"; then good; else bad "no '$1' in:" && cat "$work/out"; fi; }
has_not() { if grep -qF -e "$1" "$work/out"; then bad "there is '$1' in:" && cat "$work/out"; else good; fi; }

talk -S <<'IN'
{"execute":"query-status","id":"early"}
{"execute":"qmp_capabilities","id":7}
{"execute":"query-status","id":{"x":[1]}}
{"execute":"query-name"}
{"execute":"query-version"}
{"execute":"query-commands"}
{"execute":"cont","id":"c"}
{"execute":"query-status","id":"s2"}
{"execute":"stop"}
{"execute":"query-status","id":"s3"}
{"execute":"system_reset"}
{"execute":"system_powerdown","id":"p"}
{"execute":"no-such-command","id":"n"}
{"execute":"qmp_capabilities","id":"again"}
IN
has '{"QMP":{"version":{"qemu":{'
has '"id":"early"'
has 'Expecting capabilities negotiation'
has '{"return":{},"id":7}'
has '"status":"prelaunch"},"id":{"x":[1]}}'
has '{"return":{"name":"a name"}}'
has '{"name":"x-vitrine-text-screen"}'
has '"event":"RESUME"'
has '"status":"running"},"id":"s2"}'
has '"event":"STOP"'
has '"status":"paused"},"id":"s3"}'
has '"event":"RESET","data":{"guest":false'
has '{"return":{},"id":"p"}'
has '{"error":{"class":"CommandNotFound","desc":"The command no-such-command has not been found"},"id":"n"}'
has '"event":"SHUTDOWN","data":{"guest":false'
has '{"return":{},"id":"the end"}'

# Malformed input gets an error each and the connection goes on; commands may share or span lines.
talk -S <<'IN'
{"execute":"qmp_capabilities"}
{"execute": }
hello
[1,2]
"a string"
{"execute":7}
{"arguments":{}}
{"execute":"stop","argument":{}}
{"execute":"stop","arguments":[]}
{"execute":"stop","execute":"cont"}
{"execute":"qu
{"execute":"query-status","id":"after"}
{"execute":
 "query-status", "id":
 "spread"}{"execute":"query-status","id":"close"}
{"execute":"send-key","arguments":{"keys":[{"type":"qcode","data":"nokey"}]}}
{"execute":"send-key","arguments":{}}
{"execute":"send-key","arguments":{"keys":[],"extra":1}}
{"execute":"pmemsave","arguments":{"val":-1,"size":1,"filename":"x"}}
{"execute":"pmemsave","arguments":{"val":0,"size":"1","filename":"x"}}
{"execute":"screendump","arguments":{"filename":"x","format":"gif"}}
{"execute":"screendump","arguments":{"filename":"/nonexistent/folder/x.ppm"}}
IN
for text in '"id":"after"' '"id":"spread"' '"id":"close"' "'execute' must be a string" "lacks member 'execute'" \
    "'argument' is unexpected" "'arguments' must be an object" "must be a JSON object" "'nokey'" "'keys' is missing" \
    "'extra' is unexpected" "Invalid parameter type for 'val'" "Invalid parameter type for 'size'" "'format'" \
    "No such file or directory"; do
    has "$text"
done
errors=$(grep -c '"JSON parse error' "$work/out")
if [ "$errors" -eq 5 ]; then good; else bad "$errors JSON errors, not 5:" && cat "$work/out"; fi

# Strings in single quotes, as QEMU's parser takes them: alone and beside double ones, with each other's quotes and brackets in
# them, escapes, texts that share a line; a wrong escape and a string without its end are errors of that text alone.
talk -S <<'IN'
{'execute':'qmp_capabilities'}
{"execute":'query-name','id':'say "hi" it\'s \\ \u0041 \/ end'}
{'execute':"query-name",'id':"it's \' \" mixed"}
{'execute':'query-name','id':{'a':['}',"{",'\\',"\\"]}}
{'execute':'query-name','id':''}
{'execute':'query-name','id':'wrong \x'}
{'execute':'query-name','id':'open
{'execute':'query-name','id':'wrong end"}
{'execute':'query-name','id':'two'}{'execute':'query-name','id':'three'}
it's no JSON
{'execute':'human-monitor-command','arguments':{'command-line':'print /c \'A\''},'id':'hmp'}
{'execute':'query-name','id':'café'}
IN
for id in '"say \"hi\" it'"'"'s \\ A / end"' '"it'"'"'s '"'"' \" mixed"' '{"a":["}","{","\\","\\"]}' '""' '"two"' '"three"' '"café"'; do
    has "{\"return\":{\"name\":\"a name\"},\"id\":$id}"
done
has "{\"return\":\"'A'\\n\",\"id\":\"hmp\"}"
has_not '"id":"wrong'
has_not '"id":"open'
errors=$(grep -c '"JSON parse error' "$work/out")
if [ "$errors" -eq 4 ]; then good; else bad "$errors JSON errors, not 4:" && cat "$work/out"; fi

# The same in pieces: the end of a piece falls into a string, an escape and between two texts.
{
    for piece in "{'execute':'qmp_capabilities'}{'exe" "cute':'query-name','id':'a\\" "'b}\"" "'}" "{'execute':'quit'" "}"; do
        printf '%s' "$piece"
        sleep 0.2
    done
} | timeout 30 "$vitrine" -display none -S -name "a name" -qmp stdio >"$work/out" 2>"$work/err"
has '{"return":{"name":"a name"},"id":"a'"'"'b}\""}'

# What is wrong with a console's line is its output there, never an error: unknown and refused words, arguments, files, drives.
# What is wrong with the command's own arguments is an error.
talk -S <<'IN'
{"execute":"qmp_capabilities"}
{"execute":"human-monitor-command","arguments":{"command-line":"nonsense"},"id":"unknown"}
{"execute":"human-monitor-command","arguments":{"command-line":"savevm x"},"id":"refused"}
{"execute":"human-monitor-command","arguments":{"command-line":"info sev"},"id":"info"}
{"execute":"human-monitor-command","arguments":{"command-line":"screendump /nonexistent/folder/x"},"id":"file"}
{"execute":"human-monitor-command","arguments":{"command-line":"pmemsave 0xfffffff0 32 /nonexistent/folder/y"},"id":"memory"}
{"execute":"human-monitor-command","arguments":{"command-line":"change ide1-cd0 /nonexistent/caf\u00e9.iso"},"id":"change"}
{"execute":"human-monitor-command","arguments":{"command-line":"commit ide1-cd0"},"id":"commit"}
{"execute":"human-monitor-command","arguments":{"command-line":""},"id":"empty"}
{"execute":"human-monitor-command","arguments":{},"id":"missing"}
IN
answer() { if grep -qF -e "\"id\":\"$1\"" "$work/out" && grep -F -e "\"id\":\"$1\"" "$work/out" | grep -q -e "^$2"; then good; else bad "$1: no '$2' in:" && cat "$work/out"; fi; }
answer unknown "{\"return\":\"unknown command: 'nonsense'"
answer refused '{"return":"savevm is not supported: '
answer info '{"return":"info sev is not supported: '
answer file '{"return":".*No such file'
answer memory '{"return":".*No such file'
answer change '{"return":".*caf.*no such file'
answer commit '{"return":".*ide1-cd0'
answer empty '{"return":""'
answer missing '{"error":{"class":"GenericError".*command-line'

# A text of more than a MiB ends the connection, not the machine.
{ printf '{"execute":"'; head -c 2000000 /dev/zero | tr '\0' x; } | timeout 5 "$vitrine" -S -display none -qmp stdio \
    >"$work/out" 2>"$work/err"
if [ $? -eq 124 ]; then good; else bad "the machine ended: $(cat "$work/err")"; fi
has "longer than 1 MiB"

# Memory and pictures. The first instruction after a reset is in the BIOS at F000:FFF0.
talk -S <<IN
{"execute":"qmp_capabilities"}
{"execute":"pmemsave","arguments":{"val":1048560,"size":16,"filename":"$work/rom"}}
{"execute":"pmemsave","arguments":{"val":0,"size":1048577,"filename":"$work/low"}}
{"execute":"memsave","arguments":{"val":1048560,"size":1,"filename":"$work/one"}}
{"execute":"pmemsave","arguments":{"val":4294967290,"size":7,"filename":"$work/far"},"id":"far"}
{"execute":"pmemsave","arguments":{"val":0,"size":0,"filename":"$work/none"}}
{"execute":"screendump","arguments":{"filename":"$work/a.ppm"}}
{"execute":"human-monitor-command","arguments":{"command-line":"info registers"}}
{"execute":"human-monitor-command","arguments":{"command-line":"xp /1xb 0xffff0"}}
{"execute":"human-monitor-command","arguments":{"command-line":"nonsense"}}
{"execute":"x-vitrine-text-screen"}
IN
has 'EIP=0000fff0'
has '00000000000ffff0: 0x'
has "unknown command: 'nonsense'"
first=$(od -An -tx1 -N1 "$work/rom" | tr -d ' ')
if [ "$(wc -c <"$work/rom")" -eq 16 ] && [ "$first" != 00 ] && grep -q "ffff0: 0x$first" "$work/out"; then
    good
else
    bad "pmemsave: $(od -An -tx1 "$work/rom")"
fi
has '4 GiB"},"id":"far"}'
if [ ! -e "$work/far" ]; then good; else bad "a failed pmemsave left its file"; fi
if [ "$(wc -c <"$work/low")" -eq 1048577 ]; then good; else bad "pmemsave across 1 MiB"; fi
if [ "$(wc -c <"$work/one")" -eq 1 ] && [ "$(wc -c <"$work/none")" -eq 0 ]; then good; else bad "memsave"; fi
if head -c 2 "$work/a.ppm" | grep -q P6; then good; else bad "screendump wrote no PPM"; fi

# A guest that is powered off under -no-shutdown is "shutdown", without a window too; a reset makes it go on.
printf 'wait "Menu" within 20s\nkey p\n' >"$work/off"
mkfifo "$work/hold2"
"$vitrine" -display none -no-shutdown --input-script "$work/off" -qmp stdio <"$work/hold2" >"$work/out" 2>"$work/err" &
pid=$!
exec 3>"$work/hold2"
printf '{"execute":"qmp_capabilities"}\n' >&3
n=0
while ! grep -q SHUTDOWN "$work/out" && [ $n -lt 200 ]; do sleep 0.1; n=$((n + 1)); done
sleep 0.5
printf '{"execute":"query-status","id":"off"}{"execute":"system_reset"}{"execute":"query-status","id":"reset"}{"execute":"quit"}\n' >&3
wait $pid
exec 3>&-
has '"status":"shutdown"},"id":"off"}'
has '"status":"paused"},"id":"reset"}'

# One that runs into the host's signals says so.
mkfifo "$work/hold"
"$vitrine" -display none -S -qmp stdio <"$work/hold" >"$work/out" 2>"$work/err" &
exec 3>"$work/hold"
printf '{"execute":"qmp_capabilities","id":1}\n' >&3
while ! grep -q '"id":1' "$work/out"; do sleep 0.05; done
kill -TERM $!
wait $!
status=$?
exec 3>&-
if [ $status -eq 0 ]; then good; else bad "SIGTERM: status $status: $(cat "$work/err")"; fi
has '"reason":"host-signal"'
finish 66
