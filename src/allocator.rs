//! How the command-line programs have memory managed.

/// Has glibc's allocator keep freed memory for later, where the system has that allocator.
///
/// Every step of the network takes and frees tensors of many megabytes. By default glibc gets each of them from the
/// system and gives it back, which clears and maps its pages again and again: a third of a run's time. The allocator
/// reads its settings from the environment when a program starts, so this replaces the program by itself with them set.
/// Call it first in `main`. It does nothing if `GLIBC_TUNABLES` is already set, or if the program cannot be started
/// again.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::os::unix::process::CommandExt;

        /// Set in the new program, so that it never starts itself again.
        const STARTED: &str = "SVNR_ALLOCATOR";
        // Threads have heaps of 64 MB at most and give them back, so all of them use the main one.
        const TUNABLES: &str = "glibc.malloc.arena_max=1:\
                                glibc.malloc.mmap_threshold=1073741824:\
                                glibc.malloc.trim_threshold=4294967295:\
                                glibc.malloc.top_pad=268435456";
        if std::env::var_os("GLIBC_TUNABLES").is_some() || std::env::var_os(STARTED).is_some() {
            return;
        }
        let mut arguments = std::env::args_os();
        let Some(name) = arguments.next() else { return };
        let mut again = std::process::Command::new("/proc/self/exe");
        // Returns only if it fails; then the program goes on as it is.
        let _ = again.arg0(name).args(arguments).env("GLIBC_TUNABLES", TUNABLES).env(STARTED, "1").exec();
    }
}
