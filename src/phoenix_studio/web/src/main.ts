import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { connect } from './lib/toy.svelte';

connect();
mount(App, { target: document.getElementById('app')! });
