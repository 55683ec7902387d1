/**
 * Entries on disk, written ahead of what clients are told, and files that survive a crash. Knows
 * nothing of what the entries mean.
 */
@NullMarked
package io.tinker4j.testkit.journal;

import org.jspecify.annotations.NullMarked;
