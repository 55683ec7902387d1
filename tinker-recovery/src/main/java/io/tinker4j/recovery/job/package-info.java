/**
 * Runs as a scheduler of jobs sees them: {@link io.tinker4j.recovery.job.TrainingJob} has a name, a
 * priority and a status, and is run once by any executor. Nothing in the recovery itself knows of
 * it.
 */
@NullMarked
package io.tinker4j.recovery.job;

import org.jspecify.annotations.NullMarked;
