/**
 * How good a model is: losses on held-out data, benchmarks from files with graders, and what can be
 * said about the difference of two checkpoints. Start reading at {@link
 * io.tinker4j.recipes.evaluation.Benchmark}. Depends on {@code io.tinker4j.recipes.rollout}.
 */
@NullMarked
package io.tinker4j.recipes.evaluation;

import org.jspecify.annotations.NullMarked;
