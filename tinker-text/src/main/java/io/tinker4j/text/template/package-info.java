/**
 * Chat templates: the Jinja that a model's tokenizer ships, rendered over messages as data. Start
 * reading at {@link io.tinker4j.text.template.ChatTemplate}. Knows nothing of tokens.
 */
@NullMarked
package io.tinker4j.text.template;

import org.jspecify.annotations.NullMarked;
