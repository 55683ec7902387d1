package io.tinker4j.text.renderer;

import io.tinker4j.text.tokenizer.Tokenizer;

/** What a renderer is made of. */
record RendererSetup(String name, Tokenizer tokenizer, RendererOptions options) {}
