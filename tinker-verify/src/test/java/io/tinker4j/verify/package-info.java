/** What holds for the whole house: rules, and behaviour from the client down to the model. */
@NullMarked
package io.tinker4j.verify;

import org.jspecify.annotations.NullMarked;
