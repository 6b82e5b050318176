//! Errors as JavaScript gets them: `Error` objects with a stable `code`.

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

use crate::error::Error;

/// An `Error` with a `code`.
pub fn failure(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let code = match error {
            Error::EmptyImage { .. }
            | Error::WrongLength { .. }
            | Error::WrongPlanes { .. }
            | Error::WrongKind { .. }
            | Error::NotFinite { .. } => "unsupported-image",
            Error::TooLarge { .. } => "too-large",
            Error::BadOption { .. } => "bad-option",
            Error::BadWeights(_) => "bad-weights",
            Error::WrongResult => "device-wrong",
            Error::Device(_) => "device-lost",
        };
        failure(code, &error.to_string())
    }
}

/// Calls `callback` with the message of any panic.
///
/// A panic ends wasm without unwinding, so a promise that waits for the panicked code never settles, and the panic
/// would go unnoticed. A WebGPU error on a working device is a panic too.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(callback: Function) {
    thread_local! {
        static CALLBACK: std::cell::RefCell<Option<Function>> = const { std::cell::RefCell::new(None) };
    }
    CALLBACK.set(Some(callback));
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        CALLBACK.with_borrow(|callback| {
            if let Some(callback) = callback {
                // There is nowhere left to report what the callback throws.
                let _ = callback.call1(&JsValue::NULL, &panic.to_string().into());
            }
        });
    }));
}
