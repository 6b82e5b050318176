// What four channels give to four others: the weights of each of the four lie in a vector, `step` vectors apart.
fn matrix(first: u32, step: u32) -> H44 {
  return H44(weights[first], weights[first + step], weights[first + 2u * step], weights[first + 3u * step]);
}
