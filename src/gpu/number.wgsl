// The number of a group, of which there may be too many for one axis.
fn number_of(group: vec3<u32>, groups: vec3<u32>) -> u32 {
  return group.y * groups.x + group.x;
}
