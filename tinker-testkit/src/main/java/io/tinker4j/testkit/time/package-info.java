/** The server's clock: the machine's, or {@link ManualTime}, which a test moves. */
@NullMarked
package io.tinker4j.testkit.time;

import org.jspecify.annotations.NullMarked;
