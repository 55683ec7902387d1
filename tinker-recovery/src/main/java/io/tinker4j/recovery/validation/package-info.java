/** How a checkpoint is looked at before anything is trained from it. */
@NullMarked
package io.tinker4j.recovery.validation;

import org.jspecify.annotations.NullMarked;
