/** The files of a run: journal, mark, lock; one writer at a time. Not exported. */
@NullMarked
package io.tinker4j.recovery.store;

import org.jspecify.annotations.NullMarked;
