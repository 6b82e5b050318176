//! A prediction that a device works on.

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::error::Error;

type Eps = Result<Vec<f32>, Error>;

/// The prediction for a tile, begun: it need not be awaited for the device to work on it. So several are under way, and
/// the device goes from one to the next without waiting for this thread.
pub(super) struct Prediction {
    /// The tile's number in the step.
    pub index: usize,
    eps: Pin<Box<dyn Future<Output = Eps> + Send>>,
}

impl Prediction {
    /// Begins a prediction: a future does nothing until it is polled.
    pub fn begun(index: usize, eps: impl Future<Output = Eps> + Send + 'static) -> Self {
        let mut eps: Pin<Box<dyn Future<Output = Eps> + Send>> = Box::pin(eps);
        match eps.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(done) => Self { index, eps: Box::pin(ready(done)) },
            Poll::Pending => Self { index, eps },
        }
    }
}

impl Future for Prediction {
    type Output = Eps;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Eps> {
        self.eps.as_mut().poll(context)
    }
}

impl fmt::Debug for Prediction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prediction").field("index", &self.index).finish_non_exhaustive()
    }
}
