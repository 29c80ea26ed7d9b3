"use strict";

// Numbers, scales and what all charts share.

const SVG = "http://www.w3.org/2000/svg";
const AXES = {
  step: "Step (updates)",
  epoch: "Epoch",
  time: "Time since the first start",
};
// What x is, whether y is logarithmic, and how much training curves are smoothed.
const shared = { x: "step", log: false, smoothing: 0 };

function svg(name, attributes, parent, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

// Numbers as people read them: four significant digits, and a real minus.
function short(value) { return plain(value).replaceAll("-", "\u2212"); }

function plain(value) {
  if (typeof value !== "number") return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e");
  return String(Number(value.toPrecision(size >= 1000 ? 6 : 4)));
}

function duration(seconds) {
  const [size, unit] = seconds >= 172800 ? [86400, "d"] : seconds >= 7200 ? [3600, "h"]
    : seconds >= 180 ? [60, "min"] : [1, "s"];
  return `${short(Number((seconds / size).toPrecision(4)))} ${unit}`;
}

function xText(value) {
  return shared.x === "time" ? duration(value) : shared.x === "epoch" ? short(Number(value.toFixed(3)))
    : Math.round(value).toLocaleString("en-US").replaceAll(",", "\u202F");
}

// Round numbers between low and high, about `count` of them.
function ticks(low, high, count) {
  const raw = (high - low) / Math.max(count, 1);
  if (!(raw > 0)) return [low];
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = size * [1, 2, 5, 10].find((factor) => factor * size >= raw);
  const first = Math.ceil(low / step - 1e-9);
  const result = [];
  for (let n = first; n * step <= high + step * 1e-9 && result.length < 50; n++) {
    result.push(Number((n * step).toPrecision(12)));
  }
  return result;
}

function logTicks(low, high) {
  const result = [];
  const decades = Math.log10(high / low);
  const factors = decades < 3 ? [1, 2, 5] : [1];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high) + 1e-9; power++) {
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) result.push(Number(value.toPrecision(6)));
    }
  }
  if (result.length < 2) return ticks(low, high, 4);
  const every = Math.ceil(result.length / 8);
  return result.filter((_, place) => place % every === 0);
}

// An exponential moving average that starts unbiased; numbers that are not finite are left out of it.
function smooth(values, weight) {
  let [sum, norm] = [0, 0];
  return values.map((value) => {
    if (typeof value !== "number") return value;
    [sum, norm] = [weight * sum + (1 - weight) * value, weight * norm + 1 - weight];
    return sum / norm;
  });
}
