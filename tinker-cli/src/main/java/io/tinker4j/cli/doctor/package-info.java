/**
 * {@code tinker doctor}: what stands between a user and a training run. Start reading at {@code
 * Examination}, which has the checks in their order; each is a class of its own behind {@code
 * Check}. Uses nothing of the other commands, but the settings that they share.
 */
@NullMarked
package io.tinker4j.cli.doctor;

import org.jspecify.annotations.NullMarked;
