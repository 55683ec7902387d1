/**
 * What the generated types share: not for users, and free to change in any version.
 *
 * <p>Public because {@code io.tinker4j.types} and {@code io.tinker4j.types.wire} both need it.
 */
@NullMarked
package io.tinker4j.types.internal;

import org.jspecify.annotations.NullMarked;
