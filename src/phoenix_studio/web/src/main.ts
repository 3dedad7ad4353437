import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { about, readAbout } from './lib/about.svelte';
import { connect } from './lib/toy.svelte';

await readAbout();
if (about.toy) connect();
mount(App, { target: document.getElementById('app')! });
