"""Ten runs of a damped oscillator (−0.1 ± 2i, H = 0.1) with 20 % noise, and what losses learn from them, by scipy: the reference values of tests/loss.rs.

Run in this folder; writes noisy_runs.csv and prints the values (numpy 2.4.6, scipy 1.17.1).
"""
import os
os.environ["OPENBLAS_NUM_THREADS"]="1"
import numpy as np
from scipy.linalg import expm
from scipy.optimize import least_squares
A=np.array([[-.1,-2.],[2.,-.1]]); H=.1; N=200
rng=np.random.default_rng(4)
runs=[]
for k in range(10):
    p=rng.uniform(0,2*np.pi); x=np.array([np.cos(p),np.sin(p)])
    X=np.array([expm(A*H*n)@x for n in range(N)])
    runs.append(X)
rms=np.sqrt(np.mean([np.mean(X**2) for X in runs]))
Y=[np.round(X+.2*rms*rng.standard_normal(X.shape),6) for X in runs]
with open('noisy_runs.csv','w') as f:
    f.write('trajectory,t,x,y\n')
    for k,X in enumerate(Y):
        for n,r in enumerate(X): f.write(f"{k+1},{n*H:.1f},{r[0]:.6f},{r[1]:.6f}\n")
def ols(Y):
    P=np.vstack([np.c_[X[:-1],np.ones(len(X)-1)] for X in Y]); Q=np.vstack([X[1:] for X in Y])
    return np.linalg.lstsq(P,Q,rcond=None)[0].T
def lam(Phi):
    m=np.linalg.eigvals(Phi[:,:2]); m=m[np.argmax(m.imag)]; return m
def windows(Y,K):
    W=[]
    for X in Y:
        s=0
        while s+K<len(X): W.append(X[s:s+K+1]); s+=K
    return np.array(W)
def fit(W,p0,free):
    w,K1,_=W.shape
    def fun(p):
        Phi=p[:4].reshape(2,2); c=p[4:6]
        x=p[6:].reshape(w,2) if free else W[:,0]
        r=[x-W[:,0]] if free else []
        for j in range(1,K1):
            x=x@Phi.T+c; r.append(x-W[:,j])
        return np.array(r).ravel()
    start=np.r_[p0,W[:,0].ravel()] if free else p0
    s=least_squares(fun,start,method='lm' if not free else 'trf',xtol=1e-14,ftol=1e-14,gtol=1e-14)
    return s.x[:6],2*s.cost/len(s.fun)
O=ols(Y); m=lam(O); print('OLS mu',m,'lambda',np.log(m)/H, 'floor', np.mean([ (np.c_[X[:-1],np.ones(N-1)]@O.T-X[1:])**2 for X in Y]))
r=np.roots([1/24,1/6,.5,1,1-m])/H; print('rk4', sorted(r,key=lambda z:abs(z-np.log(m)/H))[0])
p=np.r_[O[:,:2].ravel(),O[:,2]]
for K in (5,20,50,N-1):
    p,c=fit(windows(Y,K),p,False); m=lam(p[:4].reshape(2,2)); r=np.roots([1/24,1/6,.5,1,1-m])/H
    print('windows',K,'lambda',np.log(m)/H,'rk4',sorted(r,key=lambda z:abs(z-np.log(m)/H))[0],'loss',c)
q,c=fit(windows(Y,N-1),p,True); m=lam(q[:4].reshape(2,2)); print('free',np.log(m)/H,'loss',c)
from scipy.signal import savgol_coeffs
def regressed(D,S):
    "λ̂ by least squares of Σ D_j x_{n+j}/H on Σ S_j x_{n+j} and a constant: multistep methods and regressions on estimated derivatives"
    lo,hi=min([*D,*S]),max([*D,*S]); L,R=[],[]
    for X in Y:
        n=np.arange(-lo,len(X)-hi)
        L.append(sum(w*X[n+j] for j,w in D.items())/H); R.append(np.c_[sum(w*X[n+j] for j,w in S.items()),np.ones(len(n))])
    B=np.linalg.lstsq(np.vstack(R),np.vstack(L),rcond=None)[0]
    return max(np.linalg.eigvals(B[:2].T),key=lambda z:z.imag), np.mean((np.vstack(R)@B-np.vstack(L))**2)*H*H
c=savgol_coeffs(11,3,deriv=1,use='dot'); s=savgol_coeffs(11,3,use='dot')
for name,D,S in [('central, leap-frog',{-1:-.5,1:.5},{0:1}),('central4',{-2:1/12,-1:-2/3,1:2/3,2:-1/12},{0:1}),('forward',{0:-1,1:1},{0:1}),
    ('savgol:11,3',{i-5:c[i] for i in range(11)},{i-5:s[i] for i in range(11)}),('adams-bashforth-2',{1:-1,2:1},{0:-.5,1:1.5}),
    ('adams-moulton-2',{1:-1,2:1},{0:-1/12,1:2/3,2:5/12}),('bdf2',{0:.5,1:-2,2:1.5},{2:1})]:
    z,l=regressed(D,S); print(f'{name}: {z:.12f}, loss {l:.12f}')
