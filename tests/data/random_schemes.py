"""Writes random_schemes.toml: 300 random rational Runge-Kutta schemes and what an independent program finds of each.

Independent of the crate: trees as nested tuples and weights in Python's fractions; R = P/Q by Leibniz' rule, gcd, factors and roots in
python-flint 0.9.0 (Arb, 200 bits); signs between roots decided in rationals; absolute monotonicity by bisection of its definition;
symmetry by all permutations. B-stability, symplecticity, symmetry and the SSP coefficient are stated as their criteria read, which
decide only for irreducible schemes. Run: python3 random_schemes.py > random_schemes.toml
"""

import random
from fractions import Fraction as F
from functools import lru_cache
from itertools import combinations_with_replacement, permutations
from flint import fmpq, fmpq_poly, ctx

@lru_cache(None)
def trees(n):
    if n == 1: return [()]
    out = set()
    def parts(n, m):
        if n == 0: yield (); return
        for k in range(min(n, m), 0, -1):
            for rest in parts(n-k, k): yield (k,)+rest
    for p in parts(n-1, n-1):
        forests = [()]
        for size in sorted(set(p)):
            c = p.count(size)
            forests = [f+g for f in forests for g in combinations_with_replacement(trees(size), c)]
        for f in forests: out.add(tuple(sorted(f)))
    return sorted(out)
@lru_cache(None)
def size(t): return 1+sum(map(size,t))
@lru_cache(None)
def gamma(t):
    g = size(t)
    for u in t: g *= gamma(u)
    return g
@lru_cache(None)
def sigma(t):
    from math import factorial
    s = 1
    for u in set(t): s *= factorial(t.count(u))*sigma(u)**t.count(u)
    return s

random.seed(20260)
def q(d=12): return F(random.randint(-8,10), random.choice([1,2,3,4,6,8,12]))
N=300; S=[]
for k in range(N):
    s=random.choice([1,2,2,3,3,4]); kind=random.choice(['ex','dirk','full','ssp','cons'])
    A=[[F(0)]*s for _ in range(s)]
    for i in range(s):
        for j in range(s):
            if (kind in('ex','ssp') and j<i) or (kind=='dirk' and j<=i) or kind in('full','cons'):
                A[i][j]=q() if kind!='ssp' else F(random.randint(1,6),random.choice([2,3,4,6]))
    b=[q() if kind!='ssp' else F(random.randint(1,6),12) for _ in range(s)]
    if random.random()<.8:
        t=sum(b[:-1]); b[-1]=1-t
    if kind=='cons' and s<=3 and all(x!=0 for x in b):   # symplectic: M=0 for the symmetric half
        for i in range(s):
            A[i][i]=b[i]/2
            for j in range(i):
                A[j][i]=(b[i]*b[j]-b[i]*A[i][j])/b[j]
    S.append((A,b))

ctx.prec=200
def P(l): return fmpq_poly([fmpq(F(x).numerator,F(x).denominator) for x in l])
def det(M):
    n=len(M)
    if n==0: return P([F(1)])
    if n==1: return M[0][0]
    t=fmpq_poly([0])
    for j in range(n):
        if M[0][j]==0: continue
        m=[r[:j]+r[j+1:] for r in M[1:]]
        d=M[0][j]*det(m); t = t+d if j%2==0 else t-d
    return t
def stab(A,b):
    s=len(b); z=lambda c0,c1: P([c0,c1])
    Q=det([[z(F(int(i==j)),-A[i][j]) for j in range(s)] for i in range(s)])
    N=det([[z(F(int(i==j)),b[j]-A[i][j]) for j in range(s)] for i in range(s)])
    g=N.gcd(Q); return N//g,Q//g
def sq(p):
    c=[p[i] for i in range(p.degree()+1)]
    e=fmpq_poly([(-1)**(i//2)*x if i%2==0 else 0 for i,x in enumerate(c)][0::2] or [0])
    o=fmpq_poly([(-1)**(i//2)*x for i,x in enumerate(c)][1::2] or [0])
    return e*e+fmpq_poly([0,1])*o*o
def first_negative(p):
    """sup {x ≥ 0 : p ≥ 0 on [0,x]}, None for infinity."""
    if p==0: return None
    _,fac=p.factor()
    roots=[]
    for f,_ in fac:
        for r,_m in f.complex_roots():
            if r.imag.contains(0) and r.real>0 and abs(float(r.imag.mid()))<1e-40: roots.append(r.real)
    roots=sorted(roots,key=lambda r: float(r.mid()))
    pts=[0.0]+[float(r.mid()) for r in roots]
    for k in range(len(pts)):
        mid=(pts[k]+pts[k+1])/2 if k+1<len(pts) else pts[k]*2+1
        m=fmpq(int(mid*2**40),2**40) if mid>0 else fmpq(1)
        if m==0: m=fmpq(1,2**60)
        if p(m)<0: return pts[k]
    return None
def inv(M):
    n=len(M); M=[r[:]+[F(int(i==j)) for j in range(n)] for i,r in enumerate(M)]
    for c in range(n):
        p=next((r for r in range(c,n) if M[r][c]!=0),None)
        if p is None: return None
        M[c],M[p]=M[p],M[c]; d=M[c][c]; M[c]=[x/d for x in M[c]]
        for r in range(n):
            if r!=c and M[r][c]!=0:
                f=M[r][c]; M[r]=[x-f*y for x,y in zip(M[r],M[c])]
    return [r[n:] for r in M]
def mono(A,b,r):
    s=len(b); K=[row+[F(0)] for row in A]+[b+[F(0)]]; n=s+1
    I=inv([[F(int(i==j))+r*K[i][j] for j in range(n)] for i in range(n)])
    if I is None: return False
    X=[[sum(K[i][k]*I[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
    return all(x>=0 for row in X for x in row) and all(r*sum(row)<=1 for row in X)
def ssp(A,b):
    lo,hi=F(0),F(1,2**20)
    if not mono(A,b,F(0)) or not mono(A,b,hi): return 0.0
    while mono(A,b,hi):
        lo=hi; hi*=2
        if hi>2**20: return float('inf')
    for _ in range(40):
        m=(lo+hi)/2
        if mono(A,b,m): lo=m
        else: hi=m
    return float(lo)
def psd(M):
    M=[r[:] for r in M]; n=len(M)
    for k in range(n):
        if M[k][k]<0: return False
        if M[k][k]==0:
            if any(M[k][j]!=0 for j in range(k,n)): return False
            continue
        for i in range(k+1,n):
            f=M[i][k]/M[k][k]
            M[i]=[x-f*y for x,y in zip(M[i],M[k])]
    return True
def order(A,b,cap=9):
    s=len(b)
    def st(t):
        v=[F(1)]*s
        for u in t:
            su=st(u); v=[x*sum(a*y for a,y in zip(r,su)) for x,r in zip(v,A)]
        return v
    for n in range(1,cap):
        for t in trees(n):
            if sum(x*y for x,y in zip(b,st(t)))!=F(1,gamma(t)): return n-1
    return cap-1
def stage_order(A,b):
    c=[sum(r) for r in A]; q=0
    while q<9:
        n=q+1
        if sum(x*y**(n-1) for x,y in zip(b,c))!=F(1,n): break
        if any(sum(a*y**(n-1) for a,y in zip(r,c))!=ci**n/n for r,ci in zip(A,c)): break
        q=n
    return q
def judge(A,b):
    N,Q=stab(A,b); E=sq(Q)-sq(N); s=len(b)
    im=first_negative(E); im=float('inf') if im is None else im**.5
    refl=lambda p: p(fmpq_poly([0,-1]))
    a=first_negative(refl(Q)*refl(Q)-refl(N)*refl(N)); re=float('inf') if a is None else a
    poles=[r for r,_ in Q.complex_roots()] if Q.degree()>0 else []
    M=[[b[i]*A[i][j]+b[j]*A[j][i]-b[i]*b[j] for j in range(s)] for i in range(s)]
    sym=any(all(A[i][j]+A[p[i]][p[j]]==b[j] and b[p[j]]==b[j] for i in range(s) for j in range(s)) for p in permutations(range(s)))
    return dict(order=order(A,b),stage_order=stage_order(A,b),imaginary_interval=im,real_interval=re,
        i_stable=im==float('inf'),a_stable=im==float('inf') and all(r.real>0 for r in poles),
        symplectic=all(x==0 for r in M for x in r),b_stable=all(x>=0 for x in b) and psd(M),symmetric=sym,ssp_coefficient=ssp(A,b))

if __name__ == "__main__":
    print("# Written by random_schemes.py (python-flint 0.9.0).")
    text = lambda v: str(v).lower() if isinstance(v, bool) else str(v)
    row = lambda list: "[" + ", ".join(f'"{x}"' for x in list) + "]"
    for A, b in S:
        print(f"\n[[scheme]]\nA = [{', '.join(map(row, A))}]\nb = {row(b)}")
        for key, value in judge(A, b).items():
            print(f"{key} = {text(value)}")
