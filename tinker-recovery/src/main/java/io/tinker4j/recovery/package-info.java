/**
 * Training runs that survive what happens to them. Start reading at {@link
 * io.tinker4j.recovery.ResumableTraining}; what a run has done is in a {@link
 * io.tinker4j.recovery.ProgressJournal}. Depends on {@code io.tinker4j.training}, which knows
 * nothing of it.
 */
@NullMarked
package io.tinker4j.recovery;

import org.jspecify.annotations.NullMarked;
