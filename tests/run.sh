#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# run.sh - kernels x cases, each in a virtual machine of its own; KTAP on stdout
set -euo pipefail

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=${tests%/*}
# shellcheck source-path=SCRIPTDIR source=lab/vm.sh
. "$tests/lab/vm.sh"

build=${BUILD_DIR:-$top/build}
cache=${POWER_KMODS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/power-kmods}
kernels=
cases='*'
jobs=1
out=$build/tests
verbose=0
mutation=
tier=fast
arch_only=
controls=yes
summary=0
list_only=0
resume=0
shell_kernel=
one_case=
overlay=
work=
all_cases=
selftests=

usage()
{
	cat <<'USAGE'
usage: tests/run.sh [options]
  -k GLOBS    kernel lines ('6.1 7', '6.*', '6.1-rt', '7:aarch64'; '!*-rt' takes out;
              default: all without flavours and kernels to come)
  -t GLOBS    cases ('rapl_pmu/*', '*wrap*'; default: all)
  -a ARCH     only x86_64 or only aarch64
  -T TIER     fast (default), slow, long, all (these three), matrix (fast and slow,
              but only fast on flavours and kernels to come), debug (fast and slow, but
              on -clang and 6.1-debug only what is fast on 6.1 or 7, and of a table's rows only
              those that are fast on 6.1, 7 or 7-debug, if there are such), bench (tests/bench/run) or fleet (tests/fleet/run)
  -j N        so many machines at a time (default 1)
  -o DIR      logs (default: build/tests)
  -m NAME     with that fault of tests/mutations in the modules and files
  -l          list what would run and stop
  --resume    what passed in the same folder of logs, of the same content, kernel package
              and QEMU, is not run again: it is taken over, and counts
  -v          show every test point
  --no-selftest     leave out the negative controls that otherwise run first
  --only-selftest   nothing but them
  --summary         end with "N passed, N failed" over test points and controls
  --case FILE       that case alone, which need not be of a suite, and no controls
  --overlay DIR     lay these files over the guest's
  --shell LINE[:ARCH]   a shell in the guest of that kernel; with -t CASE its machine and files
Environment: QEMU (a binary; used for the architecture in its name), ACCEL (tcg),
TIMEOUT (seconds for each machine), POWER_KMODS_CACHE, BUILD_DIR, MODULES (a folder
with modules of the one selected kernel, to be used instead of building them),
FIRMWARE (Debian's ovmf package, unpacked, for cases with a `firmware` header)
Exit: 0 all right, 1 something failed, 2 wrong arguments, 77 nothing to run
USAGE
}

say() { printf 'run.sh: %s\n' "$*" >&2; }
die() { say "$1"; exit "${2:-1}"; }
usage_error() { die "$1 (see --help)" 2; }

need_value() { [ $# -ge 2 ] || usage_error "$1 needs a value"; }

parse_args()
{
	while [ $# -gt 0 ]; do
		# -j2 as -j 2
		case $1 in
		-[ktaTjom]?*) set -- "${1:0:2}" "${1:2}" "${@:2}" ;;
		esac
		case $1 in
		-[ktaTjom]|--shell|--case|--overlay) need_value "$@" ;;
		esac
		case $1 in
		-k) kernels="$kernels ${2//,/ }"; shift ;;
		-t) cases=$2; shift ;;
		-a) arch_only=$2; shift ;;
		-T) tier=$2; shift ;;
		-j) jobs=$2; shift ;;
		-o) out=$2; shift ;;
		-m) mutation=$2; shift ;;
		-l) list_only=1 ;;
		--resume) resume=1 ;;
		-v) verbose=1 ;;
		--no-selftest) controls=no ;;
		--only-selftest) controls=only ;;
		--summary) summary=1 ;;
		--shell) shell_kernel=$2; shift ;;
		--case) one_case=$2 controls=no tier=all; shift ;;
		--overlay) overlay=$2; shift ;;
		-h|--help) usage; exit 0 ;;
		*) usage_error "unknown option '$1'" ;;
		esac
		shift
	done
	case $tier in
	fast|slow|long|all|matrix|debug|bench|fleet) ;;
	*) usage_error "-T takes fast, slow, long, all, matrix, debug, bench or fleet, not '$tier'" ;;
	esac
	case $arch_only in
	''|x86_64|aarch64) ;;
	*) usage_error "-a takes x86_64 or aarch64, not '$arch_only'" ;;
	esac
	case $jobs in ''|*[!0-9]*|0) usage_error "-j takes a number from 1, not '$jobs'" ;; esac
	[ -z "${MODULES:-}" ] || [ -n "$(find "$MODULES" -maxdepth 1 -name '*.ko' 2>/dev/null)" ] ||
		usage_error "no .ko file in the folder that MODULES names: '$MODULES'"
	# Modules and files from elsewhere: nothing of them is in a cell's hash.
	[ -z "$mutation$overlay${MODULES:-}" ] || resume=0
	[ -z "$one_case" ] || [ -f "$one_case" ] || usage_error "--case takes a file, not '$one_case'"
	[ -z "$overlay" ] || [ -d "$overlay" ] || usage_error "--overlay takes a folder, not '$overlay'"
}

# --- what to run -------------------------------------------------------------

# kernel_rows: "line arch must" of the selected kernels, in the order of the list
kernel_rows()
{
	local line arch must glob hit used=' '
	set -f
	while read -r line arch _ _ must _; do
		[ -z "$arch_only" ] || [ "$arch" = "$arch_only" ] || continue
		if [ -z "$kernels" ]; then
			case $line:$must in *-*:* | *:may) continue ;; esac
			echo "$line $arch $must"
			continue
		fi
		hit=
		for glob in $kernels; do
			# shellcheck disable=SC2254	# globs on purpose
			case $line:$arch in $glob|$glob:$arch) hit=1; used="$used$glob " ;; esac
			[[ $glob == !* ]] || continue
			# shellcheck disable=SC2254
			case !$line:$arch in $glob|$glob:$arch) hit=; used="$used$glob "; break ;; esac
		done
		[ -z "$hit" ] || echo "$line $arch $must"
	done < <(strip_list "$tests/kernels.list")
	for glob in $kernels; do
		case $used in
		*" $glob "*) ;;
		*) say "-k $glob matches no kernel of tests/kernels.list"; return 2 ;;
		esac
	done
	set +f
}

# case_matches ARCHS LINES LINE ARCH: does a case with these headers run there?
case_matches()
{
	local lines=" $2 "
	case " $1 " in *" $4 "*) ;; *) return 1 ;; esac
	# "!5.10-rt" takes one out, be it of the lines named or of all
	case $lines in *" !$3 "*|*" !${3%%-*} "*) return 1 ;; esac
	case $lines in *" $3 "*|*" ${3%%-*} "*) return 0 ;; esac
	lines=${lines//!/-}	# any line named at all?
	case $lines in *" "[0-9]*) return 1 ;; esac
}

# case_files FILE...: a case with a table beside it is one for each of its rows, in $work.
case_files()
{
	local file rows fast
	for file; do
		if [ -e "${file%.sh}.table" ]; then
			rows=$(expand_table "${file%.sh}" "$work/$(dirname "${file#"$tests"/}")") || return
			# shellcheck disable=SC2086	# files
			fast=$([ "$tier" != debug ] || grep -lE '^# tier: fast( *$|.* !?(6\.1|7|7-debug)( |$))' $rows || true)
			echo "${fast:-$rows}"
		elif [ -e "$file" ]; then
			echo "$file"
		fi
	done
}

# case_name FILE: with its suite; a file from elsewhere has none
case_name()
{
	local name=${1#"$tests"/}
	name=${name#"$work"/}
	name=${name#cases/}
	name=${name##/*/}
	echo "${name%.sh}"
}

name_matches()
{
	local glob hit=1
	set -f
	for glob in $cases; do
		# shellcheck disable=SC2254	# globs on purpose
		case $1 in $glob|*/$glob) hit=0 ;; esac
	done
	set +f
	return $hit
}

# list_cells FILE...: "file line arch must", case by case so that -j mixes kernels
list_cells()
{
	local file key text line arch must own fast_on archs lines t
	local -A head=()
	[ $# -gt 0 ] || return 0
	while IFS=$'\t' read -r file key text; do
		[ "$key" != ! ] || die "${file#"$top"/}: $text" 2
		head[$file $key]=$text
	done < <(all_headers "$@")
	for file; do
		case $file:${head[$file expect]:-}${head[$file break]:-} in
		*/selftest/*:) die "${file#"$top"/}: a negative control that expects nothing" 2 ;;
		*/selftest/*:*|*:) ;;
		*) die "${file#"$top"/}: expect and break are for negative controls" 2 ;;
		esac
		read -r own fast_on <<<"${head[$file tier]:-fast}"
		archs=${head[$file arch]:-}
		lines=${head[$file kernels]:-}
		while read -r line arch must; do
			t=$own
			# "fast 7": on the other lines, slow; "fast !6.1": only there
			case " ${fast_on:-$line} " in
			*" !$line "*) t=slow ;;
			*" $line "*|*" !"*) ;;
			*" 6.1 "*|*" 7 "*) [ "$tier" = debug ] || t=slow ;;
			*) t=slow ;;
			esac
			# A flavour is the same source with another config; a kernel to come is news soon enough;
			# of the kernels that check themselves the newest sees all of it.
			case $tier:$t:$line:$must in
			debug:slow:*-clang:*|debug:slow:6.1-*|matrix:slow:*-*:*|matrix:slow:*:may) continue ;;
			"$t:"*|all:fast:*|all:slow:*|all:long:*|debug:fast:*|debug:slow:*|matrix:fast:*|matrix:slow:*) ;;
			*) continue ;;
			esac
			! case_matches "$archs" "$lines" "$line" "$arch" || echo "$file $line $arch $must"
		done <<<"$rows"
	done
}

# Kernels to come: what fails there is told, but is no failure of the run.
declare -A to_come=()
points_to_come=0
come_notes=()

# sift_to_come: fetches them, and takes out of $rows those that are not to be had or, but for
# its being a backport, the same package as that of another row
sift_to_come()
{
	local line arch must rc dir key kept=
	local -A have=()
	grep -q ' may$' <<<"$rows" || return 0
	while read -r line arch must; do
		rc=0
		dir=$("$top/tests/lab/fetch" kernel "$line" "$arch") || rc=$?
		[ $rc -eq 0 ] || [ "$must" = may ] || exit $rc
		[ $rc -ne 0 ] || key=$arch$([[ $line != *-* ]] || echo "-${line#*-}"):$(package_version "$dir")
		if [ "$must" = may ]; then
			to_come[$line $arch]=1
			if [ $rc -eq 3 ]; then
				come_notes+=("$line $arch: experimental has no kernel newer than sid's, nothing to run")
				continue
			elif [ $rc -ne 0 ]; then
				come_notes+=("$line $arch: its kernel cannot be fetched, see what fetch says")
				points_to_come=$((points_to_come + 1))
				continue
			elif [ -n "${have[$key]:-}" ]; then
				come_notes+=("$line $arch: ${key##*:} is the kernel of ${have[$key]}, too: not run again")
				continue
			fi
		fi
		have[$key]=${have[$key]:-$line}
		kept+="$line $arch $must"$'\n'
	done <<<"$rows"
	rows=${kept%$'\n'}
}

# package_version KERNEL_DIR: a backport's as if it were none
package_version()
{
	local name=${1##*/}
	name=${name#"$(cat "$1/release")-"}
	echo "${name%%~bpo*}"
}

# --- one cell ----------------------------------------------------------------

# slower_of LINE ARCH: so many times is that kernel slower than Debian's own
slower_of() { awk -v l="$1" -v a="$2" '!/^#/ && $1 == l && $2 == a { print $6 ? $6 : 1 }' "$tests/kernels.list"; }

# Each kernel is asked for once, in the parent, so that its progress shows.
declare -A kernel_dir qemu_of qemu_version module_dir feedback_qemu tools_of
prepare_kernel()
{
	local line=$1 arch=$2
	if [ -z "${kernel_dir[$line $arch]:-}" ]; then
		kernel_dir[$line $arch]=$("$top/tests/lab/fetch" kernel "$line" "$arch")
		echo "# kernel $line $arch: $(cat "${kernel_dir[$line $arch]}/release")"
	fi
	prepare_qemu "$arch"
}

prepare_qemu()
{
	local arch=$1 mark=$cache/notes/qemu-$1 remark=
	[ -z "${qemu_of[$arch]:-}" ] || return 0
	case ${QEMU:-} in
	*"$arch"*) qemu_of[$arch]=$QEMU ;;
	*)
		qemu_of[$arch]=$("$top/tests/lab/fetch" qemu "$arch")
		[ ! -e "$mark.bad" ] || [ "$(cat "$mark.good")" != "${qemu_of[$arch]}" ] ||
			remark=", since the negative controls failed with $(cat "$mark.bad")"
		;;
	esac
	qemu_version[$arch]=$("${qemu_of[$arch]}" --version | head -n 1)
	echo "# qemu $arch: ${qemu_of[$arch]} ($(cut -d' ' -f4 <<<"${qemu_version[$arch]}")), accel ${ACCEL:-tcg}$remark"
}

# source_of FILE: the tree that modules and files come from: this one, or a copy of it
# with the mutations of the header and of -m
source_of()
{
	local names dir
	read -ra names <<<"$(case_field "$1" mutation)"
	# once, if the header has it, too
	[ -z "$mutation" ] || [[ " ${names[*]} " == *" $mutation "* ]] || names+=("$mutation")
	dir=$work/$(IFS=+; echo "mutated-${names[*]:-}")
	if [ ${#names[@]} -eq 0 ]; then
		dir=$top
	elif [ ! -e "$dir" ]; then
		"$tests/mutations/run.sh" --apply "$dir" "${names[@]}" >&2 || return
	fi
	echo "$dir"
}

# prepare_modules FILE LINE ARCH: our modules and the case's test modules, built once, also if
# they cannot be
prepare_modules()
{
	local file=$1 line=$2 arch=$3 source key name
	source=$(source_of "$file") || exit
	key="$line $arch $source"
	if [ "$(case_field "$file" module)" != none ] && [ -z "${module_dir[$key]:-}" ]; then
		if [ -n "${MODULES:-}" ] && [ "$source" = "$top" ]; then
			module_dir[$key]=$MODULES
		else
			module_dir[$key]=$("$top/tests/lab/build-module" "$line" "$arch" -s "$source" || echo none)
		fi
	fi
	[ "$(case_field "$file" module)" = none ] || [ "${module_dir[$key]}" != none ] || return 1
	for name in $(case_field "$file" kmod); do
		key="$line $arch $source $name"
		[ -z "${module_dir[$key]:-}" ] || continue
		[ -e "$source/tests/guest/kmod/$name/Kbuild" ] ||
			die "$(case_name "$file") asks for the test module '$name': no tests/guest/kmod/$name/Kbuild"
		module_dir[$key]=$("$top/tests/lab/build-module" "$line" "$arch" \
			-s "$source/tests/guest/kmod/$name") || return
	done
}

# prepare_feedback FILE ARCH: what tells a guest which code ran, once for all cells
prepare_feedback()
{
	[ -z "${feedback_qemu[$2]:-}" ] && [ -n "$(case_field "$1" feedback)" ] || return 0
	mkdir -p "$build/model"
	make -s -C "$tests/model" O="$build/model" "$build/model/libcover.so" >&2 || die "tests/model does not build"
	case ${QEMU:-} in
	*"$2"*) feedback_qemu[$2]=$QEMU ;;
	*) feedback_qemu[$2]=$("$top/tests/lab/fetch" qemu "$2" plugins) ;;
	esac
}

# prepare_model FILE: the RAPL machine, once for all cells
prepare_model()
{
	[ -z "${plugin:-}" ] || return 0
	[ -n "$(case_field "$1" model)" ] || return 0
	mkdir -p "$build/model"
	make -s -C "$tests/model" O="$build/model" >&2 || die "tests/model does not build"
	plugin=$build/model/librapl.so
}

# prepare_tools ARCH: what every guest has, fetched once before two of them want it
prepare_tools()
{
	[ -z "${tools_of[$1]:-}" ] || return 0
	tools_of[$1]=$("$top/tests/lab/fetch" tools "$1")
}

# prepare_clock ARCH: the rate of this machine's time stamp counter, measured once
prepare_clock()
{
	[ "$1" = x86_64 ] && [ -z "${tsc_khz:-}" ] || return 0
	mkdir -p "$build/lab"
	gcc -O2 -Wall -Wextra -Werror -o "$build/lab/tsc_khz" "$tests/lab/tsc_khz.c" || die "tests/lab/tsc_khz.c does not build"
	# one that has none: its kernels measure what QEMU makes of that
	tsc_khz=$("$build/lab/tsc_khz") || tsc_khz=
}

# What the host has to give a case with a firmware header
prepare_firmware()
{
	[ -z "$(case_field "$1" firmware)" ] || [ -e "${FIRMWARE:-}/usr/share/OVMF" ] ||
		die "$(case_name "$1") needs FIRMWARE=, a folder with Debian's ovmf package unpacked" 2
}

# make_initramfs FILE LINE ARCH OUT
make_initramfs()
{
	local file=$1 line=$2 arch=$3 name source args
	source=$(source_of "$file")
	args=(-s "$source" ${overlay:+-d "$overlay"})
	[ "$(case_field "$file" module)" = none ] || args+=(-m "${module_dir[$line $arch $source]}")
	for name in $(case_field "$file" kmod); do
		args+=(-m "${module_dir[$line $arch $source $name]}")
	done
	[ "$(case_field "$file" break)" != init ] || args+=(-x)
	"$top/tests/lab/mkinitramfs" "$line" "$arch" -o "$4" -c "$file" "${args[@]}"
}

# machine_of FILE LINE ARCH DIR: fills the array `command` from header and machine file
machine_of()
{
	local file=$1 line=$2 arch=$3 dir=$4 icount model feedback append vmlinuz image accel mem slower source
	# shellcheck source-path=SCRIPTDIR source=lab/x86_64.sh
	. "$tests/lab/$arch.sh"
	slower=$(slower_of "$line" "$arch")
	mem=$(case_field "$file" mem "$default_mem")
	[ "$slower" = 1 ] || [ "$mem" -ge "$debug_mem" ] || mem=$debug_mem
	icount=$(case_field "$file" icount)
	# @DIR@: the cell's folder, for logs that the host part looks at
	model=$(case_field "$file" model)
	model=${model//@DIR@/$dir}
	append=$(case_field "$file" append)
	# vmlinux: the same kernel, already unpacked
	vmlinuz=${kernel_dir[$line $arch]}/vmlinux
	[ -e "$vmlinuz" ] || vmlinuz=${vmlinuz%x}z
	# A kernel that was started without its real-mode part (PVH) dies on waking from S3.
	case $(case_field "$file" qemu) in
	*disable_s3=0*) vmlinuz=${kernel_dir[$line $arch]}/vmlinuz ;;
	esac
	# a changed kernel, made from the stock one: tests/aged/make-aged
	image=$(case_field "$file" image)
	[ -z "$image" ] || vmlinuz=$(BUILD_DIR=$build "$tests/aged/make-$image" "$line")
	if [ -n "$(case_field "$file" firmware)" ]; then
		vmlinuz=${kernel_dir[$line $arch]}/vmlinuz
		firmware_machine "$dir"
	fi
	if [ "$(case_field "$file" break)" = kernel ]; then
		head -c 70000 "${kernel_dir[$line $arch]}/vmlinuz" >"$dir/vmlinuz"
		vmlinuz=$dir/vmlinuz
	fi
	# plugins and counted instructions are of the emulator alone
	accel=${ACCEL:-tcg}
	feedback=$(case_field "$file" feedback)
	[ -z "$icount$model$feedback" ] || accel=tcg
	command=("${qemu_of[$arch]}" "${machine_args[@]}" -accel "$accel"
		-cpu "$(case_field "$file" cpu "$default_cpu")"
		-smp "$(case_field "$file" smp "$default_smp")"
		-m "$mem"
		-nodefaults -display none -no-reboot -monitor none)
	[ -z "$icount" ] || command+=(-icount "$icount")
	[ -z "$model" ] || command+=(-plugin "$plugin,$model,truth=$dir/truth.log")
	if [ -n "$feedback" ]; then
		source=$(source_of "$file")
		"$tests/cover/map" "${module_dir[$line $arch $source]}/$feedback.ko" >"$dir/map"
		command[0]=${feedback_qemu[$arch]}
		command+=(-plugin "$build/model/libcover.so,map=$dir/map,out=$dir/covered")
	fi
	# shellcheck disable=SC2207,SC2046	# words of the header on purpose
	command+=($(case_field "$file" qemu))
	command+=(-kernel "$vmlinuz" -initrd "$dir/initramfs")
	# The disk outlives the boots.
	if [ -n "$(case_field "$file" boots)" ]; then
		truncate -s 1G "$dir/disk"
		command+=(-drive "file=$dir/disk,format=raw,if=virtio")
	fi
	# init=: without it a kernel that cannot start /init would try /bin/sh and wait there.
	kernel_line="init=/init console=$console_tty res=$result_tty panic=-1 oops=panic"
	kernel_line="$kernel_line softlockup_panic=1 printk.devkmsg=on${machine_append:+ $machine_append}$(clock_append "$icount" "$accel")${append:+ $append}"
	[ "$slower" = 1 ] || kernel_line="$kernel_line lab.slower=$slower"
}

# boot_cell DIR SECONDS BOOTS COMMAND...: run_vm, so often as long as the case has not ended
# but its machine has. What the first ones left goes before that of the last.
boot_cell()
{
	local dir=$1 limit=$2 boots=$3 name
	shift 3
	rm -f "$dir"/{console.log,result}.before
	while run_vm "$dir" "$limit" "$@"; [ $((boots -= 1)) -gt 0 ] &&
		[ "$(cat "$dir/status")" = 0 ] && ! grep -qs '^exit ' "$dir/result"; do
		for name in console.log result; do
			cat "$dir/$name" >>"$dir/$name.before"
		done
	done
	for name in console.log result; do
		[ ! -e "$dir/$name.before" ] || { cat "$dir/$name" >>"$dir/$name.before"; mv "$dir/$name.before" "$dir/$name"; }
	done
}

# content FILE LINE ARCH MUST: a hash of what decides how the cell ends, by content, not by
# commit: its files, the module's, the lab's, the kernel's package, QEMU
content()
{
	local file=$1 module=rapl_pmu key words word paths found=()
	[ "$3" = x86_64 ] || module=kvm_arm_mpstate
	cd "$top"
	paths=(Kbuild dkms.conf "$module" tests/run.sh tests/lab tests/guest/init
		"$file" "${file%.sh}.host" "${file%/*}/suite")
	while read -r _ key words; do
		for word in $words; do
			case $key in
			guest:) paths+=("tests/guest/$word" "tests/guest/$word".* tests/guest/*.h) ;;
			kmod:) paths+=("tests/guest/kmod/$word") ;;
			files:) paths+=("${word%%:*}") ;;
			model:) paths+=(tests/model) ;;
			feedback:) paths+=(tests/model tests/cover/map tests/cover/*.awk) ;;
			image:) paths+=(tests/aged) ;;
			mutation:) paths+=(tests/mutations) ;;
			esac
		done
	done < <(header_lines "$file")
	for word in "${paths[@]}"; do
		[ ! -e "$word" ] || found+=("$word")
	done
	{
		echo "${kernel_dir[$2 $3]##*/} ${qemu_version[$3]} ${ACCEL:-tcg} $4"
		# not what a build left
		find -L "${found[@]}" -type f ! -name '*.md' ! -name '*.o' ! -name '*.ko' ! -name '*.mod' \
			! -name '*.mod.c' ! -name '.*' ! -name modules.order -print0 |
			sort -zu | xargs -0 sha256sum | sed "s,  $work/,  ,"
	} | sha256sum | cut -c1-16
}

# passed DIR FILE: did the cell that was run there last pass?
passed()
{
	local word expect
	read -r word _ <"$1/verdict" || return
	expect=$(case_field "$2" expect)
	case $word:$expect in
	ok: | SKIP: | "$expect:$expect") ;;
	*) return 1 ;;
	esac
}

# take_over FILE LINE ARCH MUST DIR: has it passed before, with the same content?
take_over()
{
	[ $resume -eq 1 ] && [ -e "$5/content" ] && [ -e "$5/verdict" ] && passed "$5" "$1" || return
	prepare_kernel "$2" "$3" >/dev/null
	[ "$(cat "$5/content")" = "$(content "${@:1:4}")" ]
}

# run_cell FILE LINE ARCH MUST DIR: everything, in a subshell; leaves DIR/verdict
run_cell()
{
	local file=$1 line=$2 arch=$3 must=$4 dir=$5 command start limit deny=$tests/lab/splat.deny host boots slower why
	rm -rf "$dir"
	mkdir -p "$dir"
	why=$(case_field "$file" undebugged)
	slower=$(slower_of "$line" "$arch")
	if [ -n "$why" ] && [ "$slower" != 1 ]; then
		echo "SKIP $why" >"$dir/verdict"
		return
	fi
	make_initramfs "$file" "$line" "$arch" "$dir/initramfs" >"$dir/setup.log" 2>&1 || {
		{ echo "BROKEN_CHECK the guest could not be built"; cat "$dir/setup.log"; } >"$dir/verdict"
		return
	}
	machine_of "$file" "$line" "$arch" "$dir"
	mapfile -t -O ${#command[@]} command < <(console_args "file:$dir/console.log"; result_args "$dir/result")
	command+=(-append "$kernel_line")
	printf '%q ' "${command[@]}" >"$dir/command"
	limit=${TIMEOUT:-$(($(case_field "$file" timeout 120) * slower))}
	boot_limit=$((boot_limit * slower))
	boots=$(case_field "$file" boots 1)
	start=$(date +%s)
	boot_cell "$dir" "$limit" "$boots" "${command[@]}"
	# What went wrong before a module was there: the machine gets a second try, which
	# shows in the report.
	if [[ $file != */selftest/* ]] && spoilt_boot "$dir" >"$dir/again"; then
		mv "$dir/console.log" "$dir/console.first.log"
		rm -f "$dir/result" "$dir/truth.log"
		boot_cell "$dir" "$limit" "$boots" "${command[@]}"
	fi
	echo $(($(date +%s) - start)) >"$dir/seconds"
	# Firmware has its screen on every serial port before the kernel comes.
	[ -z "$(case_field "$file" firmware)" ] || sed -i '/KTAP version/,$!d' "$dir/result"
	host=${file%.sh}.host
	if [ -e "$host" ] && grep -qs '^exit ' "$dir/result"; then
		local rc=0
		LAB=$tests/lab bash "$host" "$dir" >"$dir/host" 2>"$dir/host.log" || rc=$?
		echo "exit $rc" >>"$dir/host"
	fi
	if [ "$(case_field "$file" break)" = deny ]; then
		deny=$dir/splat.deny
		: >"$deny"
	fi
	judge_cell "$dir" "$deny" "$tests/lab/splat.allow" "$(case_field "$file" splat)" "$must" \
		>"$dir/verdict"
	# Not if the tree was worked on meanwhile
	[ -z "${content_of[$dir]:-}" ] ||
		[ "$(content "$file" "$line" "$arch" "$must")" != "${content_of[$dir]}" ] ||
		echo "${content_of[$dir]}" >"$dir/content"
	# 40 MB each, and a rerun makes it anew
	rm -f "$dir/initramfs" "$dir/vmlinuz" "$dir/vars.fd" "$dir/disk"
}

cell_dir() { echo "$out/$(case_name "$1" | tr / .).$2.$3"; }

# --- the matrix ----------------------------------------------------------------

pass=0 fail=0 skip=0 number=0
points_pass=0 points_fail=0 points_skip=0
cells_taken=0 points_taken=0
declare -A content_of=()

# report_taken FILE LINE ARCH DIR: one that an earlier run had
report_taken()
{
	local before=$points_pass
	report_cell "$@" "taken over, run $(date -r "$4/verdict" '+%F %H:%M'), "
	cells_taken=$((cells_taken + 1))
	points_taken=$((points_taken + points_pass - before))
}

# report_cell FILE LINE ARCH DIR [REMARK]: one KTAP line and, on failure, why and the rerun line
report_cell()
{
	local file=$1 line=$2 arch=$3 dir=$4 verdict name time expect word p f s inner
	verdict=$(cat "$dir/verdict" 2>/dev/null || echo "LOST the cell's own script died, see $dir")
	word=${verdict%%[[:space:]]*}
	name="$(case_name "$file") $(cat "${kernel_dir[$line $arch]}/release")"
	time="${5:-}time=$(cat "$dir/seconds" 2>/dev/null || echo 0)"
	[ ! -s "$dir/again" ] || time="$time second try, the first one $(cat "$dir/again")"
	expect=$(case_field "$file" expect)
	number=$((number + 1))
	if [ -n "$expect" ]; then
		if [ "$word" = "$expect" ]; then
			pass=$((pass + 1))
			points_pass=$((points_pass + 1))
			echo "ok $number $name # $time, $word as it must"
			return
		fi
		echo "not ok $number $name # $time"
		echo "# expected $expect, got: $(head -n 1 <<<"$verdict")"
		tail -n +2 <<<"$verdict" | sed 's/^/#   /'
		fail=$((fail + 1))
		points_fail=$((points_fail + 1))
		return
	fi
	read -r p f s < <(count_points "$dir/result" "$dir/host")
	points_pass=$((points_pass + p))
	points_skip=$((points_skip + s))
	case $word in
	ok)
		pass=$((pass + 1))
		inner=$p
		[ "$s" -eq 0 ] || inner="$p, $s skipped"
		echo "ok $number $name # $time points=$inner"
		;;
	SKIP)
		skip=$((skip + 1))
		echo "ok $number $name # SKIP ${verdict#SKIP } $time"
		;;
	*)
		[ "$f" -gt 0 ] || f=1
		if [ -n "${to_come[$line $arch]:-}" ]; then
			points_to_come=$((points_to_come + f))
			echo "not ok $number $name # TODO a kernel to come, not counted, $time"
		else
			fail=$((fail + 1))
			points_fail=$((points_fail + f))
			echo "not ok $number $name # $time"
		fi
		sed '1s/^\(NO\|BROKEN\)_/\1 /; 2,$s/^# /  /; s/^/# /' <<<"$verdict"
		echo "# logs:  ${dir#"$PWD"/}"
		word="--no-selftest -T all -t $(case_name "$file")"
		[ -z "$one_case" ] || word="--case $one_case${overlay:+ --overlay $overlay}"
		echo "# rerun: tests/run.sh $word -k $line:$arch${mutation:+ -m $mutation}"
		;;
	esac
	if [ $verbose -eq 1 ]; then
		{ cat "$dir/result" "$dir/host" 2>/dev/null || true; } | tr -d '\r' | sed 's/^/#   /'
	fi
}

# A killed runner must not leave machines behind: they die with their cell's shell.
declare -A running=()
# shellcheck disable=SC2317	# reached through the trap
stop_cells()
{
	local pid
	for pid in "${!running[@]}"; do
		kill -- "-$pid" 2>/dev/null || true
	done
	rm -rf "$work"
}
trap stop_cells EXIT
trap 'exit 130' INT TERM

wait_one()
{
	local pid=''
	wait -n -p pid "${!running[@]}" || true
	[ -n "$pid" ] || return 0
	# shellcheck disable=SC2086	# four words
	report_cell ${running[$pid]}
	unset "running[$pid]"
}

# run_cells: reads "file line arch must" lines
run_cells()
{
	local file line arch must dir all list=() row
	mapfile -t all
	for row in "${all[@]}"; do
		read -r file line arch must <<<"$row"
		dir=$(cell_dir "$file" "$line" "$arch")
		prepare_kernel "$line" "$arch"
		if take_over "$file" "$line" "$arch" "$must" "$dir"; then
			report_taken "$file" "$line" "$arch" "$dir"
			continue
		fi
		if ! prepare_modules "$file" "$line" "$arch"; then
			[ -n "${to_come[$line $arch]:-}" ] || exit 1
			rm -rf "$dir"
			mkdir -p "$dir"
			echo "FAIL the modules do not compile there, see $build/module/failed/build.log" >"$dir/verdict"
			report_cell "$file" "$line" "$arch" "$dir"
			continue
		fi
		list+=("$row")
		# Made of other things than what lies here, it says nothing about that.
		[ -n "$mutation$overlay${MODULES:-}" ] ||
			content_of[$dir]=$(content "$file" "$line" "$arch" "$must")
		prepare_model "$file"
		prepare_feedback "$file" "$arch"
		prepare_clock "$arch"
		prepare_firmware "$file"
		prepare_tools "$arch"
	done
	for row in "${list[@]}"; do
		read -r file line arch must <<<"$row"
		[ ${#running[@]} -lt "$jobs" ] || wait_one
		dir=$(cell_dir "$file" "$line" "$arch")
		# -m: a process group of its own, to be ended whole
		set -m
		( set +m; trap - EXIT INT TERM; run_cell "$file" "$line" "$arch" "$must" "$dir" ) </dev/null &
		set +m
		running[$!]="$file $line $arch $dir"
	done
	while [ ${#running[@]} -gt 0 ]; do
		wait_one
	done
}

# run_controls ARCH CELLS: a QEMU with which they pass is marked in the cache. If they fail with
# another and pass with that one, it is the newer one's fault, and the older one is used, by
# tests/lab/fetch also from now on.
run_controls()
{
	local arch=$1 cells=$2 mark=$cache/notes/qemu-$1 before=$fail older new counts
	prepare_qemu "$arch"
	new=${qemu_of[$arch]}
	older=$(cat "$mark.good" 2>/dev/null || true)
	if [ "$new" = "${QEMU:-}" ] || [ "$new" = "$older" ] || [ ! -x "$older" ]; then
		run_cells <<<"$cells"
		[ "$fail" -gt "$before" ] || [ "$new" = "${QEMU:-}" ] || [ ! -d "$cache/notes" ] || echo "$new" >"$mark.good"
		return
	fi
	counts="$pass $fail $skip $number $points_pass $points_fail $points_skip $cells_taken $points_taken"
	run_cells <<<"$cells" >"$work/controls"
	if [ "$fail" -eq "$before" ]; then
		cat "$work/controls"
		echo "$new" >"$mark.good"
		rm -f "$mark.bad"
		return
	fi
	sed 's/^/# /' "$work/controls"
	read -r pass fail skip number points_pass points_fail points_skip cells_taken points_taken <<<"$counts"
	echo "$new" >"$mark.bad"
	unset "qemu_of[$arch]"
	prepare_qemu "$arch"
	run_cells <<<"$cells"
	[ "$fail" -eq "$before" ] || rm -f "$mark.bad"
}

totals()
{
	[ "$cells_taken" -eq 0 ] || echo "# Taken over, not run again: $cells_taken cells, $points_taken points"
	[ $points_to_come -eq 0 ] || echo "# $points_to_come points failed on kernels to come, not counted"
	echo "# Totals: pass:$pass fail:$fail skip:$skip"
	[ $summary -eq 0 ] || echo "$points_pass passed, $points_fail failed"
}

# An interactive guest: console on the terminal, Ctrl-a x ends QEMU
run_shell()
{
	local line=${shell_kernel%:*} arch=x86_64 dir file='' f command
	case $shell_kernel in *:*) arch=${shell_kernel#*:} ;; esac
	if [ "$cases" != '*' ]; then
		for f in $all_cases $selftests; do
			if name_matches "$(case_name "$f")"; then
				file=$f
				break
			fi
		done
		[ -n "$file" ] || die "-t $cases matches no case" 2
	else
		file=$tests/selftest/01-pass.sh
	fi
	prepare_kernel "$line" "$arch"
	prepare_modules "$file" "$line" "$arch"
	prepare_model "$file"
	prepare_feedback "$file" "$arch"
	prepare_clock "$arch"
	prepare_firmware "$file"
	dir=$work/shell
	mkdir "$dir"
	make_initramfs "$file" "$line" "$arch" "$dir/initramfs"
	machine_of "$file" "$line" "$arch" "$dir"
	mapfile -t -O ${#command[@]} command < <(console_args mon:stdio; result_args /dev/null)
	"${command[@]}" -append "$kernel_line lab.shell" || true
}

main()
{
	local files=() f line arch must cells='' control_cells='' cells_there total
	parse_args "$@"
	work=$(mktemp -d)
	# A suite is a folder of cases: one for each module in cases/, and those that make figures.
	if [ -n "$one_case" ]; then
		all_cases=$(realpath "$one_case")
	else
		all_cases=$(case_files "$tests"/{cases/*,bench,compare,demo,fleet}/[0-9]*.sh) || exit 2
	fi
	selftests=$(case_files "$tests"/selftest/[0-9]*.sh) || exit 2
	if [ -n "$shell_kernel" ]; then
		run_shell
		return
	fi
	rows=$(kernel_rows) || exit 2
	[ $list_only -eq 1 ] || sift_to_come
	if [ -z "$rows" ]; then
		printf 'run.sh: %s\n' "${come_notes[@]}" >&2
		exit 77
	fi
	for f in $all_cases; do
		! name_matches "$(case_name "$f")" || files+=("$f")
	done
	[ "$controls" = only ] || cells=$(list_cells "${files[@]}")
	if [ "$controls" != no ]; then
		# The controls prove the runner, not a kernel: one kernel an architecture is enough.
		rows=$(awk '!seen[$2]++ { print $1, $2, "-" }' <<<"$(control_rows)")
		# shellcheck disable=SC2086	# files
		control_cells=$(tier=all list_cells $selftests)
	fi
	if [ $list_only -eq 1 ]; then
		while read -r f line arch must; do
			[ -n "$f" ] || continue
			take_over "$f" "$line" "$arch" "$must" "$(cell_dir "$f" "$line" "$arch")" ||
				echo "$(case_name "$f") $line $arch"
		done <<<"$control_cells"$'\n'"$cells"
		return
	fi
	if [ -z "$cells" ] && [ "$controls" != only ]; then
		say "nothing to run: no case matches -t '$cases' on -k '${kernels:-all}' in tier $tier" \
			"(tests/run.sh -T all -l lists them)"
		exit 77
	fi
	mkdir -p "$out"
	total=$(printf '%s\n%s\n' "$control_cells" "$cells" | grep -c . || true)
	echo "KTAP version 1"
	echo "1..$total"
	[ ${#come_notes[@]} -eq 0 ] || printf '# %s\n' "${come_notes[@]}"
	if [ -n "$control_cells" ]; then
		for arch in x86_64 aarch64; do
			cells_there=$(awk -v a="$arch" '$3 == a' <<<"$control_cells")
			[ -z "$cells_there" ] || run_controls "$arch" "$cells_there"
		done
		if [ "$fail" -gt 0 ]; then
			say "the negative controls failed: this runner's verdicts cannot be trusted," \
				"nothing else was run"
			totals
			exit 1
		fi
	fi
	[ -z "$cells" ] || run_cells <<<"$cells"
	totals
	[ "$fail" -eq 0 ] || exit 1
	[ $((pass + skip + points_to_come)) -gt 0 ] || exit 77
}

# The architectures of the selected cases, each with 6.1 if that was selected, and not with a
# kernel to come if there is another
control_rows()
{
	grep -E '^6\.1 ' <<<"$rows" || true
	grep -v ' may$' <<<"$rows" || true
	echo "$rows"
}

# On one line: the script may be edited while it runs.
main "$@"; exit
