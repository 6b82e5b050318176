//! What the device does around the network.

use crate::gpu::{Dialect, Limits, Program};
use crate::method::schedule::Schedule;

const SIGMA_WGSL: &str = include_str!("wgsl/sigma.wgsl");
const VIEW_WGSL: &str = include_str!("wgsl/view.wgsl");
const RANDOM_WGSL: &str = include_str!("wgsl/random.wgsl");
const REPORT_WGSL: &str = include_str!("wgsl/report.wgsl");
const GATHER_WGSL: &str = include_str!("wgsl/gather.wgsl");
const STEP_WGSL: &str = include_str!("wgsl/step.wgsl");
const KEEP_NEXT_WGSL: &str = include_str!("wgsl/keep_next.wgsl");
const KEEP_NOTHING_WGSL: &str = include_str!("wgsl/keep_nothing.wgsl");
const COPY_WGSL: &str = include_str!("wgsl/copy.wgsl");

/// Threads of a group: enough to fill a GPU's lanes.
const THREADS: usize = 128;

/// A view's bits.
pub const DOWN: usize = 1;
pub const ACROSS: usize = 2;
pub const TURNED: usize = 4;

/// The programs, which work on a plane of a tile.
#[derive(Debug)]
pub struct Programs {
    /// What the network sees of it.
    pub gather: Program,
    /// Takes it through a step, which another one follows.
    pub step: Program,
    /// Takes it through the last step.
    pub last_step: Program,
    /// Leaves it as it is.
    pub copy: Program,
}

impl Programs {
    pub fn new(schedule: &Schedule, limits: Limits) -> Self {
        let last = ("LAST", schedule.sigmas().len() - 1);
        let constants = [last, ("DOWN", DOWN), ("ACROSS", ACROSS), ("TURNED", TURNED)];
        let program =
            |name, parts: &[&str]| Program::new(name, parts, &constants, "", THREADS, Dialect::single(limits));
        let step = |name, keep| program(name, &[SIGMA_WGSL, VIEW_WGSL, RANDOM_WGSL, REPORT_WGSL, keep, STEP_WGSL]);
        Self {
            gather: program("gather", &[SIGMA_WGSL, VIEW_WGSL, REPORT_WGSL, GATHER_WGSL]),
            step: step("step", KEEP_NEXT_WGSL),
            last_step: step("last step", KEEP_NOTHING_WGSL),
            copy: program("copy", &[COPY_WGSL]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_valid_and_within_what_webgpu_promises() {
        for limits in [Limits::LEAST, Limits { are_buffers_apart: false, ..Limits::LEAST }] {
            let Programs { gather, step, last_step, copy } = Programs::new(&Schedule::default(), limits);
            for (program, buffers) in [(gather, 7), (step, 7), (last_step, 6), (copy, 3)] {
                let module = naga::front::wgsl::parse_str(&program.text)
                    .unwrap_or_else(|e| panic!("{}: {}", program.name, e.emit_to_string(&program.text)));
                let all = naga::valid::ValidationFlags::all();
                let info = naga::valid::Validator::new(all, naga::valid::Capabilities::empty()).validate(&module);
                info.unwrap_or_else(|e| panic!("{}: {}", program.name, e.emit_to_string(&program.text)));
                let bound = module.global_variables.iter().filter(|(_, v)| v.binding.is_some()).count();
                assert_eq!(bound, buffers, "{}", program.name);
            }
        }
    }
}
