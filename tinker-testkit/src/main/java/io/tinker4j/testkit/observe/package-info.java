/**
 * What a test asks a server afterwards: the requests it got, the operations it carried out, and
 * assertions on both. Start reading at {@link ServerAssertions}.
 */
@NullMarked
package io.tinker4j.testkit.observe;

import org.jspecify.annotations.NullMarked;
