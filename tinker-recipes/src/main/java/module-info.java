/** The arithmetic of reinforcement learning and of learning from preferences. */
module io.tinker4j.recipes {
  requires transitive io.tinker4j.text;

  exports io.tinker4j.recipes.preference;
  exports io.tinker4j.recipes.rl;
}
