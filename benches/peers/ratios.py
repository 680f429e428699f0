#!/usr/bin/env python3
"""Reads JSON lines of both sides from standard input, prints each peer's time beside ours."""
import json, statistics, sys
rows = [json.loads(line) for line in sys.stdin if line.startswith("{")]
for width in (32, 64):
    here = [r for r in rows if r["width"] == width]
    ours = next((r["median"] for r in here if r["what"] == "lambdahat"), None)
    for r in here:
        if "median" in r:
            ratio = f"{r['median']/ours:5.1f} times ours" if ours and r["what"] != "lambdahat" else ""
            print(f"Adam step   mlp:{width}x{width}  {r['what']:12} {r['median']:8.3f} ms   {ratio}")
    lm = [r["seconds"] for r in here if r["what"] == "lambdahat-lm"]
    peer = [r for r in here if r["what"] == "jax-lm"]
    if lm and peer:
        warm, cold = statistics.median(r["without"] for r in peer), statistics.median(r["with_compilation"] for r in peer)
        mine = statistics.median(lm)
        print(f"LM to 1e-8  mlp:{width}x{width}  lambdahat {mine:.3f} s; jax {warm:.2f} s ({warm/mine:.1f} times), with compilation {cold:.2f} s ({cold/mine:.1f} times)")
