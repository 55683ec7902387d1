/**
 * Text to tokens and back. Start reading at {@link io.tinker4j.text.tokenizer.Tokenizer}. Knows
 * nothing of chats.
 */
@NullMarked
package io.tinker4j.text.tokenizer;

import org.jspecify.annotations.NullMarked;
