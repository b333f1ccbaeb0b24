# SPDX-License-Identifier: GPL-2.0-only
# No test: figures for tests/bench/run. What a short window says of its energy: 10000 of
# each length, 150 W inside, 60 W outside, updates as measured on Ice Lake-SP.
# kernels: 7
# cpu: Skylake-Client,family=6,model=106
# model: vendor=intel,packages=1,pkg0=60/40/12/0/0,ram_unit=16,absent=gpu+psys,stamp=pkg,jitter=icelake-sp
# append: tsc_early_khz=1000000
# guest: window
# timeout: 3600

plan 2
check "load" load_mod rapl_pmu
windows()
{
	for us in 200 1000 2000 5000 10000 50000; do
		for way in naive stamped; do
			window windows 0 $us 10000 250 $way >/tmp/window || return
			echo "# $(cat /tmp/window)"
			sed -n "s/.* rms \([0-9.]*\) p99 \([0-9.]*\) .*/value windows.$way.$us.rms \1\nvalue windows.$way.$us.p99 \2/p" /tmp/window
		done
	done
}
if windows; then ok windows; else not_ok windows; fi
