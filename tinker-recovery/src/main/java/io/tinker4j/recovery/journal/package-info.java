/** What a run has written down of itself: entries, checkpoints, places in the data. */
@NullMarked
package io.tinker4j.recovery.journal;

import org.jspecify.annotations.NullMarked;
