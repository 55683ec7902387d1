/**
 * Training and sampling: clients, the order of operations, chunks, futures, sessions.
 *
 * <p>Start at {@link io.tinker4j.training.ServiceClient}. The way of a batch: {@link
 * io.tinker4j.training.TrainingClient} splits it (Chunker), reserves its place (SubmissionLane),
 * submits it, waits for its promises (PromiseAwaiter) and merges the results (ChunkMerger). Depends
 * on {@code io.tinker4j.transport} and {@code io.tinker4j.types}.
 */
@NullMarked
package io.tinker4j.training;

import org.jspecify.annotations.NullMarked;
