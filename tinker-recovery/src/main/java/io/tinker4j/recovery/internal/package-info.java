/** What the answers of servers mean to a run. Not exported. */
@NullMarked
package io.tinker4j.recovery.internal;

import org.jspecify.annotations.NullMarked;
