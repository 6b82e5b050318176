// std of the noise at a time, and a value's time; see method/schedule.rs and method/time_map.rs.
fn sigma(t: f32) -> f32 {
  let within = clamp(t, 0.0, f32(LAST));
  let i = min(u32(within), LAST - 1u);
  return sigmas[i] + (sigmas[i + 1u] - sigmas[i]) * (within - f32(i));
}

fn time_after(t_star: f32, tau: f32) -> f32 {
  return select(0.0, t_star - tau, t_star > tau);
}
