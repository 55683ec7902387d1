/** Inference in the form of OpenAI's API, as the service offers it beside its own. */
@NullMarked
package io.tinker4j.testkit.openai;

import org.jspecify.annotations.NullMarked;
