//! The choice of the processor's instructions, once.

/// Sets of instructions, widest first. Where one is asked for that the processor does not have, plain instructions run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Width {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Width {
    /// Those that this processor has, widest first; the standard library asks it once and remembers.
    #[inline]
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let wide = [
            is_x86_feature_detected!("avx512f").then_some(Self::Avx512),
            (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self::Avx2),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let wide: [Option<Self>; 0] = [];
        wide.into_iter().flatten().chain([Self::Portable])
    }

    /// The widest vectors of this processor.
    #[inline]
    pub(crate) fn detected() -> Self {
        Self::available().next().unwrap_or(Self::Portable)
    }

    /// The widest of at most 256 bits.
    #[inline]
    pub(crate) fn at_most_256(self) -> Self {
        if self == Self::Portable { self } else { Self::available().find(|width| width.bits() <= 256).unwrap_or(Self::Portable) }
    }

    fn bits(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => 512,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => 256,
            Self::Portable => 128,
        }
    }
}

/// Plain loops that the compiler turns into vector instructions.
pub(crate) trait Loops {
    type Output;
    /// The work, `#[inline(always)]`; `FMA` says whether `f64::mul_add` is an instruction (elsewhere it is a slow call).
    fn run<const FMA: bool>(self) -> Self::Output;
}

/// Runs the work, compiled for these instructions.
#[inline(always)]
pub(crate) fn run<K: Loops>(width: Width, work: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn avx512<K: Loops>(work: K) -> K::Output {
        work.run::<true>()
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn avx2<K: Loops>(work: K) -> K::Output {
        work.run::<true>()
    }
    match width {
        // SAFETY: the guard asked the processor for the feature.
        #[cfg(target_arch = "x86_64")]
        Width::Avx512 if is_x86_feature_detected!("avx512f") => unsafe { avx512(work) },
        // SAFETY: the guard asked the processor for both features.
        #[cfg(target_arch = "x86_64")]
        Width::Avx2 if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") => unsafe { avx2(work) },
        _ => work.run::<false>(),
    }
}

/// Makes `$name(width, args)`: the generic kernel `$kernel::<L>`, compiled once a width, called through the given width.
macro_rules! vectorised {
    ($(#[$doc:meta])* $vis:vis unsafe fn $name:ident($($arg:ident: $ty:ty),* $(,)?) = $kernel:ident) => {
        $(#[$doc])*
        #[inline]
        $vis unsafe fn $name(width: $crate::simd::Width, $($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            use $crate::simd::Width;
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f")]
            unsafe fn avx512($($arg: $ty),*) {
                // SAFETY: compiled with the features; the rest is the caller's promise.
                unsafe { $kernel::<$crate::simd::lanes::Avx512>($($arg),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2($($arg: $ty),*) {
                // SAFETY: compiled with the features; the rest is the caller's promise.
                unsafe { $kernel::<$crate::simd::lanes::Avx2>($($arg),*) }
            }
            match width {
                // SAFETY: the guard asked the processor for the feature; the rest is the caller's promise.
                #[cfg(target_arch = "x86_64")]
                Width::Avx512 if is_x86_feature_detected!("avx512f") => unsafe { avx512($($arg),*) },
                // SAFETY: the guard asked the processor for both features; the rest is the caller's promise.
                #[cfg(target_arch = "x86_64")]
                Width::Avx2 if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") => unsafe { avx2($($arg),*) },
                // SAFETY: every processor has these; the rest is the caller's promise.
                _ => unsafe { $kernel::<$crate::simd::lanes::Portable>($($arg),*) },
            }
        }
    };
}
pub(crate) use vectorised;
