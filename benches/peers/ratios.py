#!/usr/bin/env python3
"""Reads JSON lines of both sides from standard input, each peer's line after ours of the same minute, and prints each peer's time beside ours."""
import json, statistics, sys
rows = [json.loads(line) for line in sys.stdin if line.startswith("{")]
ours = {}
for r in rows:
    if r["what"] == "lambdahat":
        ours[r["width"]] = r["median"]
        part = f", {100*r['share_of_peak']:.0f} % of the core's multiply-adds" if "share_of_peak" in r else ""
        print(f"Adam step   mlp:{r['width']}x{r['width']}  lambdahat    {r['median']:8.3f} ms{part}")
    elif "median" in r:
        print(f"Adam step   mlp:{r['width']}x{r['width']}  {r['what']:12} {r['median']:8.3f} ms   {r['median']/ours[r['width']]:5.1f} times ours just before")
for width in (32, 64):
    mine = {r["seed"]: r for r in rows if r["what"] == "lambdahat-lm" and r["width"] == width}
    peer = {r["seed"]: r for r in rows if r["what"] == "jax-lm" and r["width"] == width}
    if mine:
        print(f"LM to 1e-8  mlp:{width}x{width}  lambdahat {statistics.median(r['seconds'] for r in mine.values()):.3f} s, the median of {len(mine)} starts")
    both = sorted(mine.keys() & peer.keys())
    if both:
        warm = statistics.median(peer[s]["without"]/mine[s]["seconds"] for s in both)
        cold = statistics.median(peer[s]["with_compilation"]/mine[s]["seconds"] for s in both)
        print(f"            jax from the same starts: {warm:.1f} times ours, with compilation {cold:.1f} times")
for r in rows:
    if r["what"] == "scipy-linear":
        mine = next(m for m in rows if m["what"] == "lambdahat-linear" and m["sd"] == r["sd"])
        print(f"2x2 matrix, sd {r['sd']}: ours {mine['ms']:.3f} ms a start, on the roots {mine['counts']}, failed {mine['failed']}; "
              f"scipy {r['ms']:.2f} ms ({r['ms']/mine['ms']:.0f} times), {r['counts']}, failed {r['failed']}")
