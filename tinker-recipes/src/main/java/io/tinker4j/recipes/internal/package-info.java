/** What recipes have in common and users do not see. Depends on {@code io.tinker4j.transport}. */
@NullMarked
package io.tinker4j.recipes.internal;

import org.jspecify.annotations.NullMarked;
