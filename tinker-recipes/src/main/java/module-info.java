/** Reinforcement learning, learning from preferences, distillation and evaluation, as recipes. */
module io.tinker4j.recipes {
  requires transitive io.tinker4j.text;

  exports io.tinker4j.recipes.distillation;
  exports io.tinker4j.recipes.evaluation;
  exports io.tinker4j.recipes.preference;
  exports io.tinker4j.recipes.reinforcement;
  exports io.tinker4j.recipes.rl;
  exports io.tinker4j.recipes.rollout;
}
