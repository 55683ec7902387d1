/** The SDK and its test server on class paths that other people's versions have been put on. */
@NullMarked
package io.tinker4j.verify.consumers;

import org.jspecify.annotations.NullMarked;
