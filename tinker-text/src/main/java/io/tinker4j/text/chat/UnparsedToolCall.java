package io.tinker4j.text.chat;

/**
 * What looks like a call of a tool in a model's answer and is none.
 *
 * @param rawText what the model has written, at most 16,384 characters when it never ends
 * @param error what is wrong with it, for a message to the model
 */
public record UnparsedToolCall(String rawText, String error) {}
