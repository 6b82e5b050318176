//! Contains panics: a panic on one photo fails that photo only.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use anyhow::{Result, anyhow};

/// The last panic's message and place. Rayon passes on panics of its threads without their place, so it is kept here.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Makes panics be remembered for [`guard`] instead of printed. With `RUST_BACKTRACE` set they are printed as well.
pub fn install() {
    let print = std::panic::take_hook();
    let wanted = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    std::panic::set_hook(Box::new(move |panic| {
        if wanted {
            print(panic);
        }
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        let said = format!("{}{place}", panic.payload_as_str().unwrap_or("panic"));
        *LAST.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(said);
    }));
}

/// Runs `work`, and turns a panic into an error.
pub fn guard<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let said = LAST.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        let said = said.unwrap_or_else(|| "no message".into());
        Err(anyhow!("svnr failed ({said}); this is a fault of the program, please report it with the photo"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_that_says_where() {
        install();
        assert_eq!(guard(|| Ok(3)).unwrap(), 3);
        let error = guard(|| -> Result<()> { panic!("index {} is too much", 7) }).unwrap_err().to_string();
        assert!(error.contains("index 7 is too much at src/bin/denoise/guard.rs:"), "{error}");
        // On a thread of rayon's.
        let values: Vec<u32> = Vec::new();
        let error = guard(|| Ok(rayon::join(|| values[5], || 1).0)).unwrap_err().to_string();
        assert!(error.contains("out of bounds"), "{error}");
    }
}
