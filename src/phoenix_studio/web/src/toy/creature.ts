// The body of the toy in 3D: what it shows follows from a pose, which the caller changes.
import * as THREE from 'three';

export interface Pose {
  phase: string;
  muted: boolean;
  loudness: number; // 0 to 1, of what it says
  pixels: string; // the LED ring as hex: red, green, blue of each
  dark: boolean;
}

export type Part = 'head' | 'belly' | 'talk';

const FRAME_S = 1 / 30;
const CALM_FRAME_S = 1 / 8; // for who wants little motion
const SLOW = 1.15; // times as long as a picture should take: the next ones are drawn coarser
// Pixels of the drawing for each of the screen, in each direction. More than one smooths the edges:
// a browser without a graphics card takes twice as long for a picture with WebGL's own antialiasing.
const FINEST = 2;
const COARSEST = 0.5;
const GAMMA = 1 / 2.2; // LEDs are linear, eyes are not
const RING_RADIUS = 1.62;
const COLORS = { body: '#f2662b', top: '#ff9147', belly: '#ffdcae', feather: '#ffb14a', beak: '#ffc24d', cheek: '#ff8a6b', base: '#3a2f45' };

export class Creature {
  readonly pose: Pose = { phase: 'starting', muted: false, loudness: 0, pixels: '', dark: false };
  drawn = 0; // frames

  #renderer: THREE.WebGLRenderer;
  #scene = new THREE.Scene();
  #camera = new THREE.PerspectiveCamera(30, 1, 0.1, 50);
  #body = new THREE.Group();
  #eyes: THREE.Group[] = [];
  #lids: THREE.Mesh[] = [];
  #wings: THREE.Mesh[] = [];
  #tuft = new THREE.Group();
  #beakTop = new THREE.Group();
  #beakBottom = new THREE.Group();
  #button!: THREE.Mesh;
  #leds: THREE.Mesh<THREE.SphereGeometry, THREE.MeshBasicMaterial>[] = [];
  #halos: THREE.Sprite[] = [];
  #glow = new THREE.PointLight('#ffffff', 0, 6, 1.6);
  #parts = new Map<THREE.Object3D, Part>();
  #pressed: Part | undefined;
  #hovered: Part | undefined;
  #still: boolean;
  #smooth = { mouth: 0, lean: 0, look: 0, lids: 0, tuft: 0 };
  #blinkAt = 2;
  #last = 0;
  #request = 0;
  #frameS: number;
  #pace: number; // time between two pictures [s], smoothed
  #density = FINEST;
  #fittedAt = 0;
  #resize: ResizeObserver;
  #canvas: HTMLCanvasElement;

  /** Draw on a canvas until `close`; throws when the browser has no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.#renderer = new THREE.WebGLRenderer({ canvas, alpha: true, powerPreference: 'low-power' });
    this.#renderer.toneMapping = THREE.ACESFilmicToneMapping;
    this.#still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#pace = this.#frameS = this.#still ? CALM_FRAME_S : FRAME_S;
    this.#build();
    this.#canvas = canvas;
    this.#resize = new ResizeObserver(() => this.#fit());
    this.#resize.observe(canvas);
    this.#request = requestAnimationFrame(this.#frame);
  }

  close(): void {
    cancelAnimationFrame(this.#request);
    this.#resize.disconnect();
    this.#renderer.dispose();
  }

  /** Return the part of the body at a place of the canvas, from -1 to 1. */
  partAt(x: number, y: number): Part | undefined {
    const ray = new THREE.Raycaster();
    ray.setFromCamera(new THREE.Vector2(x, y), this.#camera);
    for (const { object } of ray.intersectObjects([...this.#parts.keys()], false)) return this.#parts.get(object);
    return undefined;
  }

  press(part: Part | undefined): void {
    this.#pressed = part;
  }

  hover(part: Part | undefined): void {
    this.#hovered = part;
  }

  #material(color: string, roughness = 0.62): THREE.MeshPhongMaterial {
    return new THREE.MeshPhongMaterial({ color, shininess: 90 * (1 - roughness) ** 2, specular: '#3a302c' });
  }

  #ball(radius: number, color: string, roughness?: number, detail = 28): THREE.Mesh {
    return new THREE.Mesh(new THREE.SphereGeometry(radius, detail, Math.round(detail * 0.7)), this.#material(color, roughness));
  }

  #build(): void {
    const scene = this.#scene;
    scene.add(new THREE.HemisphereLight('#fff4e6', '#7a5f8a', 1.5));
    const sun = new THREE.DirectionalLight('#fff1dd', 2.3);
    sun.position.set(3, 5, 5);
    const rim = new THREE.DirectionalLight('#9db4ff', 1.3);
    rim.position.set(-4, 3, -3);
    this.#glow.position.set(0, -0.7, 1.6);
    scene.add(sun, rim, this.#glow, this.#body);
    this.#buildBody();
    this.#buildFace();
    this.#buildBase();
  }

  #buildBody(): void {
    // An egg: wider below, its color from warm red to amber.
    const shape = new THREE.SphereGeometry(1.12, 48, 32);
    const places = shape.getAttribute('position');
    const low = new THREE.Color(COLORS.body);
    const high = new THREE.Color(COLORS.top);
    const colors = new Float32Array(places.count * 3);
    for (let index = 0; index < places.count; index++) {
      const y = places.getY(index);
      const width = 1.04 - 0.13 * y;
      places.setXYZ(index, places.getX(index) * width, y * 1.1, places.getZ(index) * width * 0.95);
      low.clone().lerp(high, Math.max(0, Math.min(1, (y + 0.7) / 1.7))).toArray(colors, index * 3);
    }
    shape.setAttribute('color', new THREE.BufferAttribute(colors, 3));
    shape.computeVertexNormals();
    const egg = new THREE.Mesh(shape, new THREE.MeshPhongMaterial({ vertexColors: true, shininess: 12, specular: '#3a302c' }));
    this.#body.add(egg);
    this.#parts.set(egg, 'head'); // whatever is not belly or button is stroked like its head

    const belly = this.#ball(0.74, COLORS.belly, 0.8);
    belly.scale.set(1, 0.92, 0.5);
    belly.position.set(0, -0.42, 0.84);
    this.#body.add(belly);
    this.#parts.set(belly, 'belly');

    for (const side of [-1, 1]) {
      const wing = this.#ball(0.46, COLORS.body, 0.66, 24);
      wing.scale.set(0.42, 1.1, 0.72);
      wing.position.set(side * 1.16, -0.12, 0.1);
      wing.rotation.z = side * 0.35;
      this.#wings.push(wing);
      this.#body.add(wing);
      const foot = this.#ball(0.25, COLORS.beak, 0.6, 18);
      foot.scale.set(1, 0.5, 1.35);
      foot.position.set(side * 0.42, -1.2, 0.62);
      this.#body.add(foot);
    }

    for (const [angle, size, color] of [[0.55, 0.62, COLORS.body], [-0.55, 0.62, COLORS.body], [0, 0.9, COLORS.feather]] as const) {
      const feather = this.#ball(0.24, color, 0.55, 18);
      feather.scale.set(0.62, size * 1.9, 0.5);
      feather.position.set(-Math.sin(angle) * size * 0.5, Math.cos(angle) * size * 0.42, 0);
      feather.rotation.z = angle;
      this.#tuft.add(feather);
      this.#parts.set(feather, 'head');
    }
    this.#tuft.position.set(0, 1.22, 0);
    this.#body.add(this.#tuft);
  }

  #buildFace(): void {
    for (const side of [-1, 1]) {
      const eye = new THREE.Group();
      const white = this.#ball(0.27, '#fffdf8', 0.25);
      const pupil = this.#ball(0.165, '#241628', 0.12, 20);
      pupil.position.set(-side * 0.05, -0.01, 0.145);
      const spark = this.#ball(0.05, '#ffffff', 0.1, 12);
      spark.position.set(0.05 - side * 0.04, 0.07, 0.29);
      const lid = new THREE.Mesh(
        new THREE.SphereGeometry(0.285, 24, 12, 0, Math.PI * 2, 0, Math.PI / 2),
        this.#material(COLORS.top, 0.66),
      );
      lid.rotation.x = -1.2;
      eye.add(white, pupil, spark, lid);
      eye.position.set(side * 0.4, 0.42, 0.8);
      eye.rotation.y = side * 0.22;
      this.#eyes.push(eye);
      this.#lids.push(lid);
      const cheek = this.#ball(0.17, COLORS.cheek, 0.8, 16);
      cheek.scale.set(1, 0.66, 0.3);
      cheek.position.set(side * 0.7, 0.06, 0.87);
      cheek.rotation.y = side * 0.62;
      this.#body.add(eye, cheek);
    }
    const half = (up: 1 | -1): THREE.Mesh => {
      const cone = new THREE.Mesh(new THREE.ConeGeometry(0.2, 0.4, 28), this.#material(COLORS.beak, 0.45));
      cone.rotation.x = Math.PI / 2;
      cone.scale.set(1.15, 1, up > 0 ? 0.62 : 0.42);
      cone.position.z = 0.17;
      return cone;
    };
    this.#beakTop.add(half(1));
    this.#beakBottom.add(half(-1));
    this.#beakTop.position.set(0, 0.2, 1.0);
    this.#beakBottom.position.set(0, 0.14, 0.98);
    this.#body.add(this.#beakTop, this.#beakBottom);
  }

  #buildBase(): void {
    const base = new THREE.Mesh(new THREE.CylinderGeometry(1.42, 1.78, 0.36, 72), this.#material(COLORS.base, 0.5));
    base.position.y = -1.48;
    const rim = new THREE.Mesh(new THREE.TorusGeometry(RING_RADIUS, 0.11, 12, 72), this.#material('#241d2c', 0.4));
    rim.rotation.x = Math.PI / 2;
    rim.position.y = -1.38;
    this.#button = new THREE.Mesh(new THREE.CylinderGeometry(0.27, 0.3, 0.2, 40), this.#material('#ff5f57', 0.35));
    this.#button.rotation.x = Math.PI / 2 - 0.2;
    this.#button.position.set(0, -1.5, 1.7);
    const collar = new THREE.Mesh(new THREE.TorusGeometry(0.33, 0.06, 10, 32), this.#material('#ffffff', 0.4));
    collar.rotation.x = -0.2;
    collar.position.set(0, -1.5, 1.7);
    this.#parts.set(this.#button, 'talk');
    this.#parts.set(collar, 'talk');
    this.#scene.add(base, rim, this.#button, collar);
  }

  /** Put as many LEDs on the ring as the toy has; the first in front, then as a clock goes. */
  #placeLeds(count: number): void {
    for (const old of [...this.#leds, ...this.#halos]) this.#scene.remove(old);
    const shape = new THREE.SphereGeometry(Math.min(0.1, 3 / count), 12, 8);
    const picture = haloTexture();
    this.#leds = [];
    this.#halos = [];
    for (let index = 0; index < count; index++) {
      const angle = (index / count) * Math.PI * 2;
      const led = new THREE.Mesh(shape, new THREE.MeshBasicMaterial({ color: '#111111', toneMapped: false }));
      led.position.set(-Math.sin(angle) * RING_RADIUS, -1.28, Math.cos(angle) * RING_RADIUS);
      const halo = new THREE.Sprite(
        new THREE.SpriteMaterial({ map: picture, depthWrite: false, transparent: true, toneMapped: false }),
      );
      halo.position.copy(led.position);
      halo.scale.setScalar(0.75);
      this.#leds.push(led);
      this.#halos.push(halo);
      this.#scene.add(led, halo);
    }
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (!width || !height) return;
    this.#renderer.setPixelRatio(this.#density);
    this.#renderer.setSize(width, height, false);
    this.#camera.aspect = width / height;
    const away = 9.2 * Math.max(1, 1.05 / this.#camera.aspect);
    this.#camera.position.set(0, away * 0.2, away);
    this.#camera.lookAt(0, -0.12, 0);
    this.#camera.updateProjectionMatrix();
  }

  #frame = (now: number): void => {
    this.#request = requestAnimationFrame(this.#frame);
    const seconds = now / 1000;
    if (document.hidden || seconds - this.#last < 0.9 * this.#frameS) return;
    const passed = seconds - this.#last;
    this.#last = seconds;
    this.#move(seconds, Math.min(0.1, passed));
    this.#shine();
    this.#renderer.render(this.#scene, this.#camera);
    this.drawn += 1;
    this.#keepUp(seconds, passed);
  };

  /** Draw coarser when pictures take too long: a browser may have no graphics card. */
  #keepUp(now: number, passed: number): void {
    // A single long time is a page that was hidden.
    this.#pace += (Math.min(passed, 2 * this.#frameS) - this.#pace) * 0.1;
    if (this.#pace < SLOW * this.#frameS || this.#density === COARSEST || now - this.#fittedAt < 0.5) return;
    this.#density = Math.max(COARSEST, this.#density * 0.8);
    this.#fittedAt = now;
    this.#fit();
  }

  #move(now: number, step: number): void {
    const { phase, loudness } = this.pose;
    const listens = phase === 'listening' || phase === 'following up';
    const sleeps = phase === 'sleeping' || phase === 'gone' || phase === 'starting';
    const smooth = this.#smooth;
    const approach = (from: number, to: number, per: number) => from + (to - from) * Math.min(1, step * per);
    smooth.mouth = approach(smooth.mouth, loudness > 0.25 ? (loudness - 0.25) * 1.1 : 0, 22);
    smooth.lean = approach(smooth.lean, listens ? 0.13 : sleeps ? 0.1 : 0, 5);
    smooth.look = approach(smooth.look, phase === 'thinking' ? 1 : 0, 4);
    smooth.tuft = approach(smooth.tuft, listens ? 1 : sleeps ? -0.7 : 0, 6);
    if (now > this.#blinkAt + 0.16) this.#blinkAt = now + 2 + Math.random() * 4;
    const blinks = now > this.#blinkAt && !this.#still;
    smooth.lids = approach(smooth.lids, sleeps || blinks ? 1 : this.#pressed === 'head' ? 0.75 : 0, blinks ? 40 : 12);

    const calm = this.#still ? 0 : 1;
    const breath = Math.sin(now * (sleeps ? 1.1 : 1.9)) * calm;
    const squash = this.#pressed === 'head' ? 0.06 : this.#pressed === 'belly' ? 0.03 : 0;
    this.#body.scale.set(1 + squash + breath * 0.006, 1 - squash + breath * 0.014 + smooth.mouth * 0.02, 1 + squash);
    this.#body.position.y = breath * 0.012 - squash;
    this.#body.rotation.x = smooth.lean;
    this.#body.rotation.y = (Math.sin(now * 0.6) * 0.1 * (sleeps ? 0 : 1) + smooth.look * 0.22) * calm;
    this.#body.rotation.z = (phase === 'speaking' ? Math.sin(now * 5) * 0.025 : Math.sin(now * 0.9) * 0.012) * calm + smooth.look * 0.06;
    this.#tuft.rotation.z = Math.sin(now * 2.2) * 0.06 * calm;
    this.#tuft.scale.setScalar(1 + smooth.tuft * 0.16);
    this.#tuft.rotation.x = -smooth.tuft * 0.2;
    for (const [index, wing] of this.#wings.entries()) {
      const side = index ? 1 : -1;
      const flap = this.#pressed === 'belly' ? Math.sin(now * 22) * 0.3 : smooth.mouth * 0.5 + (listens ? 0.12 : 0);
      wing.rotation.z = side * (0.35 + flap * calm);
    }
    for (const eye of this.#eyes) {
      eye.rotation.x = -smooth.look * 0.35;
      eye.scale.setScalar(listens ? 1.07 : 1);
    }
    for (const lid of this.#lids) lid.rotation.x = -1.25 + smooth.lids * 1.95;
    this.#beakTop.rotation.x = -smooth.mouth * 0.35;
    this.#beakBottom.rotation.x = smooth.mouth * 0.95;
    this.#button.position.z = this.#pressed === 'talk' ? 1.64 : 1.72;
    const glowing = this.#button.material as THREE.MeshPhongMaterial;
    glowing.emissive.set(this.#hovered === 'talk' || this.#pressed === 'talk' ? '#7a1512' : '#000000');
  }

  #shine(): void {
    const { pixels, dark } = this.pose;
    const count = pixels.length / 6;
    if (count && count !== this.#leds.length) this.#placeLeds(count);
    const sum = new THREE.Color(0, 0, 0);
    const color = new THREE.Color();
    for (const [index, led] of this.#leds.entries()) {
      const value = pixels ? parseInt(pixels.slice(index * 6, index * 6 + 6), 16) : 0;
      const seen = [16, 8, 0].map((shift) => (((value >> shift) & 255) / 255) ** GAMMA) as [number, number, number];
      color.setRGB(...seen, THREE.SRGBColorSpace);
      sum.add(color);
      led.material.color.copy(color).multiplyScalar(2).addScalar(0.06);
      const strongest = Math.max(color.r, color.g, color.b);
      const halo = this.#halos[index]!.material;
      halo.color.copy(color).multiplyScalar(1 / Math.max(0.001, strongest));
      halo.opacity = Math.min(1, strongest * 1.6) * (dark ? 0.8 : 0.75);
    }
    if (!this.#leds.length) return;
    this.#glow.color.copy(sum).multiplyScalar(1 / Math.max(0.001, sum.r, sum.g, sum.b));
    this.#glow.intensity = (sum.r + sum.g + sum.b) / this.#leds.length * 9;
    this.#renderer.toneMappingExposure = dark ? 0.92 : 1.12;
  }
}

/** A soft round spot. */
function haloTexture(): THREE.Texture {
  const size = 64;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d')!;
  const spot = context.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, size / 2);
  spot.addColorStop(0, 'rgba(255,255,255,0.9)');
  spot.addColorStop(0.35, 'rgba(255,255,255,0.28)');
  spot.addColorStop(1, 'rgba(255,255,255,0)');
  context.fillStyle = spot;
  context.fillRect(0, 0, size, size);
  return new THREE.CanvasTexture(canvas);
}
