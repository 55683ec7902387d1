package io.tinker4j.text.renderer;

import io.tinker4j.text.renderer.KimiRenderer.Variant;
import io.tinker4j.text.renderer.Qwen38Renderer.Effort;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The renderers that come with the library. */
final class KnownRenderers {
  private final Map<String, RendererFactory> factories = new TreeMap<>();

  private KnownRenderers() {}

  static Map<String, RendererFactory> factories() {
    KnownRenderers known = new KnownRenderers();
    known.add("role_colon", RoleColonRenderer::new);
    known.add("llama3", Llama3Renderer::new);
    known.add("template", TemplateRenderer::new);
    known.add("deepseekv3", setup -> new DeepSeekRenderer(setup, false));
    known.add("deepseekv3_disable_thinking", setup -> new DeepSeekRenderer(setup, false));
    known.add("deepseekv3_thinking", setup -> new DeepSeekRenderer(setup, true));
    known.add("gpt_oss_no_sysprompt", setup -> new GptOssRenderer(setup, null));
    for (String effort : new String[] {"low", "medium", "high"}) {
      known.add("gpt_oss_" + effort + "_reasoning", setup -> new GptOssRenderer(setup, effort));
    }
    known.addQwen();
    known.addKimi();
    known.addNemotron("nemotron3", false);
    known.addNemotron("nemotron3_ultra", true);
    return known.factories;
  }

  private void addQwen() {
    add("qwen3", setup -> new Qwen3Renderer(setup, Qwen3Renderer.Mode.THINKING));
    add(
        "qwen3_disable_thinking",
        setup -> new Qwen3Renderer(setup, Qwen3Renderer.Mode.THINKING_OFF));
    add("qwen3_instruct", setup -> new Qwen3Renderer(setup, Qwen3Renderer.Mode.INSTRUCT));
    add("qwen3_vl", setup -> new Qwen3VlRenderer(setup, true));
    add("qwen3_vl_instruct", setup -> new Qwen3VlRenderer(setup, false));
    add("qwen3_5", setup -> new Qwen35Renderer(setup, false));
    add("qwen3_5_disable_thinking", setup -> new Qwen35Renderer(setup, true));
    add("qwen3_8_xhigh_reasoning", setup -> new Qwen38Renderer(setup, Effort.XHIGH));
    add("qwen3_8_medium_reasoning", setup -> new Qwen38Renderer(setup, Effort.MEDIUM));
    add("qwen3_8_low_reasoning", setup -> new Qwen38Renderer(setup, Effort.LOW));
    add("qwen3_8_disable_thinking", setup -> new Qwen38Renderer(setup, Effort.OFF));
  }

  private void addKimi() {
    add("kimi_k2", setup -> new KimiRenderer(setup, Variant.K2));
    add("kimi_k25", setup -> new KimiRenderer(setup, Variant.K25));
    add("kimi_k25_disable_thinking", setup -> new KimiRenderer(setup, Variant.K25_THINKING_OFF));
    add("kimi_k26", setup -> new KimiRenderer(setup, Variant.K25));
    add("kimi_k26_disable_thinking", setup -> new KimiRenderer(setup, Variant.K25_THINKING_OFF));
    add("kimi_k26_preserve_thinking", setup -> new KimiRenderer(setup, Variant.K26_PRESERVE));
  }

  private void addNemotron(String name, boolean ultra) {
    addNemotron(name, new Nemotron3Renderer.Variant(ultra, false, false, ""));
    addNemotron(name + "_disable_thinking", new Nemotron3Renderer.Variant(ultra, false, true, ""));
    addNemotron(name + "_preserve_thinking", new Nemotron3Renderer.Variant(ultra, true, false, ""));
    addNemotron(
        ultra ? name + "_medium_thinking" : name + "_low_thinking",
        new Nemotron3Renderer.Variant(
            ultra, false, false, "{reasoning effort: " + (ultra ? "efficient}" : "low}")));
  }

  private void addNemotron(String name, Nemotron3Renderer.Variant variant) {
    add(name, setup -> new Nemotron3Renderer(setup, variant));
  }

  private void add(String name, Function<RendererSetup, Renderer> renderer) {
    factories.put(
        name, (tokenizer, options) -> renderer.apply(new RendererSetup(name, tokenizer, options)));
  }
}
