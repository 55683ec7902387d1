/** Makes the Java runtime that an archive of the command brings with it. */
@org.jspecify.annotations.NullMarked
package io.tinker4j.dist;
