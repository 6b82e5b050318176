// Normal random numbers; see method/random.rs, which has the same bits before they become normal numbers.

// The upper half of a product.
fn upper(a: u32, b: u32) -> u32 {
  let lower = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (lower >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}

// Philox4x32 with ten rounds.
fn philox(first: vec4<u32>, first_key: vec2<u32>) -> vec4<u32> {
  var counter = first;
  var key = first_key;
  for (var round = 0u; round < 10u; round++) {
    let high = vec2<u32>(upper(counter.x, 0xD2511F53u), upper(counter.z, 0xCD9E8D57u));
    let low = vec2<u32>(counter.x * 0xD2511F53u, counter.z * 0xCD9E8D57u);
    counter = vec4<u32>(high.y ^ counter.y ^ key.x, low.y, high.x ^ counter.w ^ key.y, low.x);
    key += vec2<u32>(0x9E3779B9u, 0xBB67AE85u);
  }
  return counter;
}

// The logarithm of a number above 0 and up to 1. WGSL's own is only good to a millionth near 1.
fn log_of(u: f32) -> f32 {
  // u = m 2^k with m between the roots of 1/2 and 2; log m = 2 artanh s.
  let bits = bitcast<u32>(u);
  let is_above = (bits & 0x7fffffu) > 0x3504f3u;
  let m = bitcast<f32>((bits & 0x7fffffu) | select(0x3f800000u, 0x3f000000u, is_above));
  let k = f32(i32(bits >> 23u) - 127 + select(0, 1, is_above));
  let s = (m - 1.0) / (m + 1.0);
  let z = s * s;
  let series = z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z / 9.0)));
  return k * 0.69314718 + 2.0 * (s + s * series);
}

// Cosine and sine of a turn's 2^24-ths. WGSL's own are only good to a two-thousandth.
fn cos_sin(part: u32) -> vec2<f32> {
  let quarter = ((part + (1u << 21u)) >> 22u) & 3u;
  // At most an eighth of a turn to either side of the quarter.
  let rest = i32((part + (1u << 21u)) & 0x3fffffu) - (1 << 21u);
  let a = f32(rest) * 3.7450703e-7;
  let z = a * a;
  let sine = a - a * z * (1.0 / 6.0 - z * (1.0 / 120.0 - z * (1.0 / 5040.0 - z / 362880.0)));
  let cosine = 1.0 - z * (0.5 - z * (1.0 / 24.0 - z * (1.0 / 720.0 - z / 40320.0)));
  let turned = select(vec2<f32>(cosine, sine), vec2<f32>(-sine, cosine), (quarter & 1u) != 0u);
  return select(turned, -turned, quarter >= 2u);
}

// The number of one of up to four channels.
fn normal(counter: vec4<u32>, key: vec2<u32>, channel: u32) -> f32 {
  let bits = philox(counter, key);
  let pair = select(bits.xy, bits.zw, channel >= 2u);
  let u = (f32(pair.x >> 8u) + 1.0) / 16777216.0;
  let both = cos_sin(pair.y >> 8u);
  return sqrt(-2.0 * log_of(u)) * select(both.x, both.y, (channel & 1u) != 0u);
}
