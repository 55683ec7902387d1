/** What this project's modules share and users do not need: the checks of arguments. */
@NullMarked
package io.tinker4j.types.internal;

import org.jspecify.annotations.NullMarked;
