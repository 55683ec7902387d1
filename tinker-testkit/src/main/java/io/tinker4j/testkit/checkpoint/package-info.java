/**
 * Runs and their checkpoints on disk: paths, expiry, the files of an adapter. Start reading at
 * {@link CheckpointStore}.
 */
@NullMarked
package io.tinker4j.testkit.checkpoint;

import org.jspecify.annotations.NullMarked;
