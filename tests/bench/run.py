#!/usr/bin/env python3
"""Measures keywire beside PostgreSQL 15 and Redis, each round every server in turn while the others are stopped.

Python's standard library drives pgbench and redis-benchmark. Rates are the median of the rounds; CPU is the user and
system time of the server's processes, divided by the operations. The clients share the machine with the server, so
CPU per operation compares servers better than the rate does, and ratios better than absolute figures.
"""
import argparse, csv, fcntl, json, os, platform, re, signal, statistics, subprocess, sys, time

sys.dont_write_bytecode = True
from chart import chart
from servers import Keywire, Missing, Postgres, Redis, VALUE

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.join(ROOT, "target", "bench")
PIPELINE = 16
# name: (pgbench scripts, chosen at random; operations in one run of a script; redis-benchmark's arguments)
WORKLOADS = {
    "get": (["get"], 1, ["GET", "key:__rand_int__"]),
    "set": (["set"], 1, ["SET", "key:__rand_int__", VALUE[::-1]]),
    "mixed": (["get", "set"], 1, None),           # redis-benchmark sends one command only
    "pipeline": (["pipeline"], PIPELINE, ["-P", str(PIPELINE), "GET", "key:__rand_int__"]),
}
TITLES = {"get": "GET", "set": "SET", "mixed": "mixed, half GET half SET", "pipeline": f"GET, {PIPELINE} in a round trip"}
NAMES = {"keywire": "keywire", "postgres": "PostgreSQL 15", "redis": "Redis"}


# --- One measurement of one server

def by_pgbench(server, scripts, ops, clients, seconds, keys):
    """Operations per second, and microseconds of CPU per operation."""
    variables = dict(keys=keys, value1=VALUE[::-1], value2=VALUE[8:] + VALUE[:8])
    command = [server.pgbench, *server.address(), "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2)),
               "-T", str(seconds), "--max-tries=50"]
    command += [a for k, v in variables.items() for a in ("-D", f"{k}={v}")]
    command += [a for s in scripts for a in ("-f", os.path.join(ROOT, "sql", "bench", s + ".sql"))]
    run = subprocess.Popen([*command, "postgres"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(min(1, seconds / 4))               # the connections are made: from here on CPU is counted
    cpu, since = server.cpu(), time.monotonic()
    try:
        out, err = run.communicate(timeout=seconds + 60)
    except subprocess.TimeoutExpired:
        run.kill()
        run.communicate()
        return dict(rate=0, error=f"pgbench did not end within {seconds + 60} s")
    cpu, window = server.cpu() - cpu, time.monotonic() - since
    rate = float((re.search(r"tps = ([\d.]+) \(without", out) or [0, 0])[1]) * ops
    result = dict(rate=rate, cpu_us=cpu * 1e6 / (rate * window) if rate else None)
    failed = re.search(r"failed transactions: ([1-9]\d*)", out)
    if run.returncode or failed or not rate:
        result["error"] = (err.strip().splitlines() or [failed[0] if failed else "no transactions"])[-1][:300]
    return result


def by_redis_benchmark(server, arguments, clients, requests, keys):
    cpu = server.cpu()
    run = subprocess.run([server.benchmark, "-p", str(server.port), "-c", str(clients), "-n", str(requests),
                          "-r", str(keys), "--csv", *arguments], capture_output=True, text=True)
    cpu = server.cpu() - cpu
    rows = list(csv.DictReader(run.stdout.splitlines()))
    if not rows:
        return dict(rate=0, error=run.stderr.strip()[:300] or "no answer")
    return dict(rate=float(rows[0]["rps"]), cpu_us=cpu * 1e6 / requests)


def measure(server, workload, clients, options, last):
    """None where this server has no such workload. `last` is its previous result, to size the next one."""
    scripts, ops, redis = WORKLOADS[workload]
    if server.name != "redis":
        return by_pgbench(server, scripts, ops, clients, options.seconds, options.keys)
    if not redis:
        return None
    rate = last["rate"] if last else by_redis_benchmark(server, redis, clients, 20_000, options.keys)["rate"]
    return by_redis_benchmark(server, redis, clients, max(1000, int(rate * options.seconds)), options.keys)


# --- The rounds

def sync_us(folder, times=31):
    """Median microseconds that a 4 KiB append and its fdatasync take: what a durable write costs at least."""
    path, samples = os.path.join(folder, "sync-probe"), []
    fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    for _ in range(times):
        since = time.monotonic()
        os.write(fd, bytes(4096))
        os.fdatasync(fd)
        samples.append((time.monotonic() - since) * 1e6)
    os.close(fd)
    os.remove(path)
    return statistics.median(samples)


def cell(servers, workload, clients, options):
    """All rounds of one workload at one number of clients: {server: summary}."""
    samples = {s.name: [] for s in servers}
    for _ in range(options.rounds):
        for server in servers:
            disk = sync_us(options.dir)
            server.resume()
            result = measure(server, workload, clients, options, (samples[server.name] or [None])[-1])
            server.pause()
            if result:
                samples[server.name].append(result | dict(sync_us=disk))
    return {name: summary(results) for name, results in samples.items() if results}


def summary(results):
    rates = [r["rate"] for r in results]
    cpu = [r["cpu_us"] for r in results if r.get("cpu_us") is not None]
    out = dict(rate=statistics.median(rates), low=min(rates), high=max(rates), rounds=rates,
               cpu_us=statistics.median(cpu) if cpu else None, sync_us=statistics.median(r["sync_us"] for r in results))
    errors = [r["error"] for r in results if "error" in r]
    return out | (dict(error=errors[0]) if errors else {})


def start_all(options, running):
    """Fills `running` with servers that hold their rows and are stopped until their turn; says why others are missing."""
    missing = {}
    binary = os.environ.get("KEYWIRE") or os.path.join(ROOT, "target", "release", "keywire")
    for name, make in (("keywire", lambda: Keywire(options.dir, binary)), ("postgres", lambda: Postgres(options.dir)),
                       ("redis", lambda: Redis(options.dir))):
        if name not in options.servers:
            continue
        server = None
        try:
            server = make()
            running.append(server)
            server.start()
            since = time.monotonic()
            server.load(options.keys)
            took = time.monotonic() - since
            print(f"{NAMES[name]}: {server.version()}; {options.keys} rows loaded in {took:.1f} s", flush=True)
            server.pause()
        except Missing as why:
            missing[name] = str(why)
            print(f"{NAMES[name]} is not measured: {why}", flush=True)
            if server:
                running.remove(server)
                server.stop()
    return missing


# --- What is told

def machine():
    with open("/proc/cpuinfo") as f:
        model = next((line.split(":", 1)[1].strip() for line in f if line.startswith("model name")), platform.machine())
    return dict(cpu=model, cores=os.cpu_count(), kernel=f"{platform.system()} {platform.release()}")


def machine_line(m, options):
    return (f"{m['cpu']}, {m['cores']} cores shared with the clients, {m['kernel']}, fdatasync of 4 KiB {m['sync_us']:.0f} us; "
            f"{options.keys} rows of 96 bytes, median of {options.rounds} rounds of {options.seconds} s")


def ratio(cell, other, field="rate"):
    a, b = (cell.get(n, {}).get(field) for n in ("keywire", other))
    return f"{a / b:.2f}" if a and b else "-"


def print_cell(workload, clients, cell):
    syncs = [r["sync_us"] for r in cell.values()]
    print(f"\n{TITLES[workload]}, {clients} client{'s' * (clients != 1)}; fdatasync {min(syncs):.0f} to {max(syncs):.0f} us")
    for name, r in cell.items():
        cpu = f"{r['cpu_us']:.1f}" if r["cpu_us"] is not None else "-"
        line = f"  {NAMES[name]:14} {r['rate']:10,.0f} ops/s ({r['low']:,.0f} to {r['high']:,.0f})  cpu {cpu:>6} us/op"
        if name != "keywire" and "keywire" in cell:
            line += f"  keywire does {ratio(cell, name)} of its rate with {ratio(cell, name, 'cpu_us')} of its cpu"
        print(line + (f"  ERROR {r['error']}" if "error" in r else ""), flush=True)


def markdown(results, names, line):
    """The README's table: operations per second, and microseconds of server CPU per operation."""
    shown = lambda r: f"{r['rate']:,.0f} ({r['cpu_us']:.1f} us)" if r and r["cpu_us"] is not None else "-"
    others = [n for n in names if n != "keywire"]
    head = ["operation", "clients"] + [NAMES[n] for n in names] + [f"keywire / {NAMES[n]}" for n in others if "keywire" in names]
    against = lambda cell, n: f"{ratio(cell, n)} (cpu {ratio(cell, n, 'cpu_us')})" if n in cell else "-"
    rows = [[TITLES[w], str(c)] + [shown(cell.get(n)) for n in names] + [against(cell, n) for n in others if "keywire" in names]
            for w, c, cell in results]
    table = [head, ["---"] * 2 + ["---:"] * (len(head) - 2)] + rows
    return "\n".join("| " + " | ".join(r) + " |" for r in table) + f"\n\n{line}.\n"


def write_results(results, names, missing, about, options):
    about["sync_us"] = statistics.median(r["sync_us"] for _, _, cell in results for r in cell.values())
    line = machine_line(about, options)
    os.makedirs(OUT, exist_ok=True)
    with open(options.json, "w") as f:
        json.dump(dict(when=time.strftime("%FT%TZ", time.gmtime()), machine=about, missing=missing, seconds=options.seconds,
                       rounds=options.rounds, keys=options.keys,
                       results=[dict(workload=w, clients=c, servers=cell) for w, c, cell in results]), f, indent=1)
    panels = {}
    for w, c, cell in results:
        panels.setdefault(f"{TITLES[w]} (ops/s)", []).append((c, {NAMES[n]: (r["rate"], r["low"], r["high"]) for n, r in cell.items()}))
    picture = os.path.join(OUT, "bench.svg")
    with open(picture, "w") as f:
        f.write(chart(line, [NAMES[n] for n in names], panels))
    if options.markdown:
        print("\n" + markdown(results, names, line))
    print(f"\n{line}\nwritten: {os.path.relpath(options.json)} and {os.path.relpath(picture)}")


def options():
    ints = lambda text: [int(x) for x in text.split(",")]
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--seconds", type=int, default=6, help="length of one measurement (6)")
    ap.add_argument("--rounds", type=int, default=3, help="measurements of each server, of which the median counts (3)")
    ap.add_argument("--keys", type=int, default=500_000, help="rows loaded and chosen from (500000)")
    ap.add_argument("--clients", type=ints, default=[1, 16, 64], help="numbers of connections (1,16,64)")
    ap.add_argument("--workloads", type=lambda t: t.split(","), default=list(WORKLOADS), help=f"of {','.join(WORKLOADS)}")
    ap.add_argument("--servers", type=lambda t: t.split(","), default=list(NAMES), help=f"of {','.join(NAMES)}")
    ap.add_argument("--dir", default=os.path.join(OUT, "data"), help="where the servers keep their data (target/bench/data)")
    ap.add_argument("--json", default=os.path.join(OUT, "bench.json"), help="where the figures go (target/bench/bench.json)")
    ap.add_argument("--markdown", action="store_true", help="print the README's table too")
    o = ap.parse_args()
    if unknown := [w for w in o.workloads if w not in WORKLOADS] + [s for s in o.servers if s not in NAMES]:
        ap.error(f"unknown: {', '.join(unknown)}")
    o.dir = os.path.abspath(o.dir)
    return o


def main():
    o = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))       # so that the servers are stopped
    os.makedirs(o.dir, exist_ok=True)
    lock = open(os.path.join(o.dir, "lock"), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"another benchmark is running in {o.dir}")
    about, servers, results = machine(), [], []
    try:
        missing = start_all(o, servers)
        if not servers:
            sys.exit("nothing to measure")
        for workload in o.workloads:
            for clients in o.clients:
                results.append((workload, clients, cell(servers, workload, clients, o)))
                print_cell(*results[-1])
        write_results(results, [s.name for s in servers], missing, about, o)
    finally:
        for server in servers:
            server.stop()
    if any("error" in r for _, _, c in results for r in c.values()):
        sys.exit("some measurements failed, see above")


if __name__ == "__main__":
    main()
